"""What every endpoint has at hand: the ledger, the door, the quotas, and the request's reader."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from cfi.client.light.signed_request import HOST_HEADER
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import parse_whole
from cfi.contracts.wire.text import HolderId
from cfi.node.gateway.answers import RefusedRequestError
from cfi.node.gateway.auth import DeniedError, Door
from cfi.node.gateway.connections import Connections, Deadlines, group_of
from cfi.node.gateway.link_client import LedgerFaultError, LedgerLink
from cfi.node.gateway.metrics import Metrics
from cfi.node.gateway.names import Names
from cfi.node.gateway.quota import Quota, Rate
from cfi.node.gateway.work import Price
from cfi.node.page import MOST_OWN_ROWS

MAX_BODY_BYTES: Final = 128 * 1024
MOST_HEADERS: Final = 1_024
_GREATEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often may be asked, and for how much work: a token is a request or a work unit."""

    address: Rate = field(default_factory=lambda: Rate(200, 400))
    key_at_address: Rate = field(default_factory=lambda: Rate(50, 100))
    key: Rate = field(default_factory=lambda: Rate(100, 200))
    holder: Rate = field(default_factory=lambda: Rate(400, 6_000))
    """Work for all users of a holder: two statements of the largest account, and then four
    hundredths of the ledger's time.
    """
    blocks: Rate = field(default_factory=lambda: Rate(10, 20))
    """Pages of blocks for one holder."""
    all_blocks: Rate = field(default_factory=lambda: Rate(20, 40))
    """Pages of blocks for all: the ledger reads them between its own blocks."""


@dataclass(slots=True)
class Desk:
    """The gateway's parts, made once."""

    link: LedgerLink
    rates: Rates = field(default_factory=Rates)
    deadlines: Deadlines = field(default_factory=Deadlines)
    wait_seconds: float = 30.0
    """How long a submission may wait for its commit."""
    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    names: Names = field(default_factory=Names)
    door: Door = field(init=False)
    connections: Connections = field(init=False)
    metrics: Metrics = field(default_factory=Metrics)
    headers: "OrderedDict[int, bytes]" = field(default_factory=OrderedDict)
    """Light blocks that were shown, which never change."""
    of_address: Quota = field(init=False)
    of_key_at_address: Quota = field(init=False)
    of_key: Quota = field(init=False)
    of_holder: Quota = field(init=False)
    of_blocks: Quota = field(init=False)
    of_all_blocks: Quota = field(init=False)
    pages_under_way: int = 0
    node: str | None = None

    def __post_init__(self) -> None:
        self.door = Door(self.wall)
        self.connections = Connections(self.deadlines, self.steady)
        self.of_address = Quota(self.rates.address)
        self.of_key_at_address = Quota(self.rates.key_at_address)
        self.of_key = Quota(self.rates.key)
        self.of_holder = Quota(self.rates.holder)
        self.of_blocks = Quota(self.rates.blocks)
        self.of_all_blocks = Quota(self.rates.all_blocks)

    async def node_id(self) -> str:
        """The node's name: its admission key in hex."""
        if self.node is None:
            status = await self.link.ask("status")
            self.node = bytes(status["admission_key"]).hex()
        return self.node

    async def ask_for_holder(
        self, holder: HolderId, path: str, asked: Mapping[str, object], price: Price
    ) -> Any:
        """The ledger's answer, paid from a holder's budget; raises RefusedRequestError, and as the
        link does.
        """
        return await self._ask_paid(self.of_holder, holder, path, asked, price)

    async def ask_for_stranger(
        self, address: str, path: str, asked: Mapping[str, object], price: Price
    ) -> Any:
        """The same, paid from the budget of an address."""
        return await self._ask_paid(self.of_address, address, path, asked, price)

    async def _ask_paid(
        self, quota: Quota, name: str, path: str, asked: Mapping[str, object], price: Price
    ) -> Any:
        """What a ledger that doesn't answer was asked for stays paid: it may be at work on it."""
        self.spend(quota, name, price.most)
        try:
            told = await self.link.ask(path, asked)
        except LedgerFaultError:
            quota.give_back(name, price.most - 1)
            raise
        quota.give_back(name, price.most - price.work_of(told))
        return told

    def spend(self, quota: Quota, name: str, tokens: int = 1) -> None:
        """Take tokens; raises RefusedRequestError."""
        wait = quota.wait_for(name, self.steady(), tokens)
        if wait:
            raise RefusedRequestError(429, "too-many-requests", "ask less often", retry_after=wait)


DESK: Final = web.AppKey("desk", Desk)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose live key signed the request."""

    holder: HolderId
    key: bytes
    reads_everything: bool
    of_exchange: bool


def address_of_request(request: web.Request) -> str:
    """The address that the socket has, or its network; headers of proxies are not believed."""
    return group_of(request.remote or "local")


async def body_of(request: web.Request) -> bytes:
    """The whole body, within its time and size; raises RefusedRequestError."""
    desk = request.app[DESK]
    try:
        return await asyncio.wait_for(request.read(), desk.deadlines.body)
    except TimeoutError as error:
        raise RefusedRequestError(408, "too-slow", "the body didn't come in time") from error


async def reader_of(request: web.Request) -> Reader:
    """Who signed the request; raises RefusedRequestError.

    What costs least is asked first: the headers' form, the time, the quotas, then the signature,
    and only then the ledger. The nonce is noted last, for a live key.
    """
    desk, body = request.app[DESK], await body_of(request)
    try:
        told = desk.door.read(request.headers, await desk.node_id())
        authority = _authority_of(request)
        key = told.public_key.hex()
        desk.spend(desk.of_key_at_address, f"{address_of_request(request)} {key}")
        desk.door.verify(told, request.method, authority, request.raw_path, body)
    except DeniedError as error:
        raise RefusedRequestError(401, error.code, str(error)) from error
    desk.spend(desk.of_key, key)
    signer = await desk.link.ask("signer", {"key": told.public_key})
    if signer is None:
        raise RefusedRequestError(401, "no-live-key", "the key belongs to no active user")
    try:
        desk.door.let_in(told, signer["holder"])
    except DeniedError as error:
        raise RefusedRequestError(401, error.code, str(error)) from error
    desk.connections.members.show(address_of_request(request), signer["holder"], desk.steady())
    return Reader(
        HolderId(signer["holder"]),
        told.public_key,
        signer["reads_everything"],
        signer["class"] == HolderClass.EXCHANGE,
    )


def _authority_of(request: web.Request) -> str:
    """The name of ours under which the request asks; raises DeniedError."""
    names, transport = request.app[DESK].names, request.transport
    socket = None if transport is None else transport.get_extra_info("sockname")
    asked = names.asked(request.headers.getall(HOST_HEADER, ()), socket)
    if asked is None:
        raise DeniedError("other-authority", names.sentence)
    return asked


def whole(request: web.Request, name: str, default: int | None = None) -> int | None:
    """A whole number of the query; raises RefusedRequestError."""
    text = request.query.get(name)
    return default if text is None else number(text, name)


def number(text: str, name: str) -> int:
    """A whole number; raises RefusedRequestError."""
    value = parse_whole(text)
    if value is None or value > _GREATEST:
        raise RefusedRequestError(400, "bad-request", f"{name} is no whole number")
    return value


def limit_of(request: web.Request, most: int) -> int:
    """How many rows are asked for, at most so many; raises RefusedRequestError."""
    return min(whole(request, "limit") or most, most)


def height_of(request: web.Request) -> dict[str, object]:
    """At which height is asked, where one is named; raises RefusedRequestError."""
    height = whole(request, "height")
    return {} if height is None else {"height": height}


def octets(text: str, name: str, most: int = 256) -> bytes:
    """Bytes in hex; raises RefusedRequestError."""
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if not 0 < len(value) <= most or value.hex() != text.lower():
        raise RefusedRequestError(400, "bad-request", f"{name} is not in hex")
    return value


def owner_json(answer: dict[str, Any]) -> dict[str, Any]:
    """An owner's leaf and a page of its rows, as they are shown."""
    assert len(answer["rows"]) <= MOST_OWN_ROWS, "a page has a bound"
    return {
        "height": answer["height"],
        "key": answer["key"].hex(),
        "value": answer["value"].hex(),
        "proof": answer["proof"].hex(),
        "rows": [
            {"key": key.hex(), "proof": proof.hex(), "blinding": blinding.hex()}
            for key, proof, blinding in answer["rows"]
        ],
        "more": answer["more"],
    }
