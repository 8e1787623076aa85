"""The client's end of a gateway: bounded, with its own key's signature where data is private."""

import asyncio
import os
import re
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import aiohttp
from yarl import URL

from cfi.client.light.bisection import UnavailableError
from cfi.client.light.json_node import MAX_JSON_BYTES, JsonNode, MalformedError
from cfi.client.light.lightblock import LightBlock, UnsoundError, light_block_from
from cfi.client.light.signed_request import Addressee, sign_request
from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.wire.quantities import parse_whole

ANSWER_SECONDS: Final = 40.0
_JUST_STARTED: Final = "before-start"
_START_SECONDS: Final = 1.1
_DONE: Final = (200, 202)
_ZONE: Final = re.compile(r"%[^]]*")
_TOO_MANY: Final = 429
_MOST_WAIT_SECONDS: Final = 10
"""For a gateway whose quota is used up."""


class UnreachableError(UnavailableError):
    """The gateway can't be reached, or doesn't answer as one."""


class GatewayRefusedError(UnavailableError):
    """The gateway answered with an error; the code is stable. An act that was taken and is given up
    has an admission receipt all the same.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        admission: bytes | None = None,
        retry_after: int | None = None,
    ) -> None:
        """`retry_after`: in how many seconds the gateway would answer."""
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code
        self.admission = admission
        self.retry_after = retry_after


class GatewayClient:
    """Asks one gateway. Use it as an asynchronous context."""

    def __init__(
        self, base: str, key: SigningKey | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self.base = base.rstrip("/")
        self._key = key
        self._now = now
        self._node: str | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        self._session = aiohttp.ClientSession(timeout=timeout, auto_decompress=False)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, target: str) -> JsonNode:
        """A public answer; waits a little for a gateway that asks to be asked less often. Raises
        UnreachableError, GatewayRefusedError.
        """
        return self._read(await _patiently(lambda: self._ask("GET", target, b"", {})))

    async def get_signed(self, target: str) -> JsonNode:
        """An answer for the key's holder alone; waits and raises as get does."""
        return self._read(await _patiently(lambda: self.get_signed_bytes(target)))

    async def get_signed_bytes(self, target: str) -> bytes:
        """An answer for the key's holder alone, as it came; raises as get does."""
        return await self._signed("GET", target, b"")

    async def _signed(self, method: str, target: str, body: bytes) -> bytes:
        try:
            return await self._signed_once(method, target, body)
        except GatewayRefusedError as error:
            if error.code != _JUST_STARTED:
                raise
        # The gateway refuses what was signed in the second of its own start, or before.
        await asyncio.sleep(_START_SECONDS)
        return await self._signed_once(method, target, body)

    async def _signed_once(self, method: str, target: str, body: bytes) -> bytes:
        assert self._key is not None, "private data is asked with a key"
        node = await self.node()
        headers = sign_request(
            self._key,
            method,
            target,
            body,
            to=Addressee(authority=authority_of(self.base), node=node),
            created=int(self._now()),
            nonce=os.urandom(16),
        )
        return await self._ask(method, target, body, headers)

    async def dry_run(self, payload: bytes) -> JsonNode:
        """What an unsigned payload would come to; raises as get does."""
        return self._read(await self._signed("POST", "/v1/transactions/dry-run", payload))

    async def submit(self, transaction: bytes, *, wait: bool) -> JsonNode:
        """Hand a transaction in; raises as get does."""
        target = "/v1/transactions?wait=1" if wait else "/v1/transactions"
        return self._read(await self._ask("POST", target, transaction, {}))

    async def node(self) -> str:
        """The node's admission key in hex; raises as get does."""
        if self._node is None:
            told = await self.get("/v1/status")
            try:
                self._node = told.field("node").text()
            except MalformedError as error:
                raise self._no_gateway(error) from error
        return self._node

    async def light_block(self, height: int | None) -> LightBlock:
        """The light block of a height, or the newest; raises UnavailableError."""
        where = "latest" if height is None else str(height)
        try:
            return light_block_from(await self.get(f"/v1/headers/{where}"))
        except (MalformedError, UnsoundError) as error:
            raise UnreachableError(f"{self.base} gave no light block: {error}") from error

    async def _ask(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> bytes:
        assert self._session is not None, "the client is used as a context"
        url = URL(self.base + target, encoded=True)
        try:
            async with self._session.request(
                method, url, data=body or None, headers=headers, allow_redirects=False
            ) as answer:
                text = await answer.content.read(MAX_JSON_BYTES)
                while not answer.content.at_eof() and len(text) < MAX_JSON_BYTES:
                    text += await answer.content.read(MAX_JSON_BYTES - len(text))
                status, again = answer.status, answer.headers.get("Retry-After", "")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise UnreachableError(f"{self.base} can't be reached: {_why(error)}") from error
        if status in _DONE:
            return text
        raise self._refusal(status, self._read(text), parse_whole(again))

    def _read(self, text: bytes) -> JsonNode:
        try:
            return JsonNode.parse(text)
        except MalformedError as error:
            raise self._no_gateway(error) from error

    def _refusal(self, status: int, told: JsonNode, retry_after: int | None) -> UnavailableError:
        try:
            code, detail = told.field("code").text(), told.field("detail").text()
            taken = told.field("admission")
            admission = None if taken.absent else taken.hexadecimal()
        except MalformedError as error:
            return self._no_gateway(error)
        return GatewayRefusedError(status, code, detail, admission, retry_after)

    def _no_gateway(self, error: MalformedError) -> UnreachableError:
        return UnreachableError(f"{self.base} doesn't answer as a gateway: {error}")


def authority_of(base: str) -> str:
    """Under which host and port the address of a gateway asks it.  (RFC 9421, 2.2.3)"""
    authority = URL(base).host_port_subcomponent or ""
    # The zone of a link-local address is this machine's own.  (RFC 6874)
    return _ZONE.sub("", authority)


def account_path(account_id: str) -> str:
    """The path of an account's rows."""
    return f"/v1/accounts/{quote(account_id, safe='')}"


async def _patiently(ask: Callable[[], Awaitable[bytes]]) -> bytes:
    waited = 0
    while True:
        try:
            return await ask()
        except GatewayRefusedError as error:
            again = error.retry_after
            if error.status != _TOO_MANY or again is None or waited + again > _MOST_WAIT_SECONDS:
                raise
            waited += max(again, 1)
            await asyncio.sleep(again)


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
