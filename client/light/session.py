"""A light client at work: asks a gateway and its witnesses, verifies, keeps what it verified."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final, Self, TypeVar

from cfi.client.light.attack import accusations
from cfi.client.light.bisection import Fetch, SyncError, UnavailableError
from cfi.client.light.bisection import sync as follow
from cfi.client.light.http import (
    ANSWER_SECONDS,
    GatewayClient,
    GatewayRefusedError,
    UnreachableError,
    account_path,
)
from cfi.client.light.json_node import MalformedError
from cfi.client.light.lightblock import LightBlock
from cfi.client.light.own_pages import all_pages
from cfi.client.light.receipt import CheckedReceipt, check_act, read_act
from cfi.client.light.rows import read_shown_row
from cfi.client.light.statement import (
    OPENED,
    Closing,
    Shown,
    Statement,
    make_statement,
    read_movements,
)
from cfi.client.light.store import LightStore, Trusted
from cfi.client.light.sync import (
    DivergedError,
    Synced,
    genesis_fault,
    require_in_time,
    sync_to,
)
from cfi.client.light.verifier import TrustOptions, Verdict, VerdictKind
from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.state.rows.custody import Summary
from cfi.contracts.state.rows.governance import CHAIN
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.headers import Header, Timestamp
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.text import AccountId

T = TypeVar("T")

_TRIES: Final = 3
_PAGE: Final = 1_000
MOST_MOVEMENTS: Final = 1_000_000
"""Of one statement: a server that claims more is cut short, and the statement doesn't fit."""
_STATEMENT_TABLES: Final = ("accounts", "lots", "retired")
_NOT_KEPT: Final = "height-not-kept"
_TRIES_FOR_A_HEADER: Final = 20
_HEADER_SECONDS: Final = 0.25


def machine_now() -> Timestamp:
    """The machine's clock."""
    return Timestamp.of_nanos(time.time_ns())


@dataclass(slots=True)
class Session:
    """One primary, some witnesses, one store."""

    store: LightStore
    gateway: GatewayClient
    """The primary: replaced by a witness where it fails or lies."""
    witnesses: Sequence[GatewayClient]
    options: TrustOptions
    now: Callable[[], Timestamp] = machine_now
    tries: int = field(default=_TRIES)
    replaced: list[str] = field(default_factory=list)
    """Primaries that were given up, and why."""

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        store: LightStore,
        base: str,
        witnesses: Sequence[str] = (),
        options: TrustOptions | None = None,
        key: SigningKey | None = None,
    ) -> AsyncIterator[Self]:
        """A session whose connections are closed at the end of the block."""
        async with AsyncExitStack() as stack:
            primary = await stack.enter_async_context(GatewayClient(base, key))
            others = [
                await stack.enter_async_context(GatewayClient(each, key)) for each in witnesses
            ]
            yield cls(store, primary, others, options or TrustOptions())

    async def sync(self, trusted: Trusted) -> Synced:
        """Verify the way to the newest header, its genesis too, and keep it. A primary that fails
        or lies is given up for the next witness.

        Raises UnavailableError, SyncError, DivergedError, StoreError; what a divergence proves is
        kept beside what is trusted.
        """
        require_in_time(trusted, self.now(), self.options)
        while True:
            try:
                synced = await self._sync_with_primary(trusted)
                return replace(synced, replaced=tuple(self.replaced))
            except DivergedError as error:
                for divergence in error.report.divergences:
                    told = accusations(divergence)
                    for each in (told.against_source, told.against_witness):
                        error.kept.append(self.store.save_evidence(each))
                raise
            except (UnavailableError, SyncError) as error:
                if not self.witnesses:
                    raise
                self.replaced.append(f"{self.gateway.base}: {error}")
                self.gateway, *self.witnesses = self.witnesses

    async def _sync_with_primary(self, trusted: Trusted) -> Synced:
        latest = await self.gateway.light_block(None)
        loop = asyncio.get_running_loop()
        witnesses = {each.base: _fetch(each, loop) for each in self.witnesses}
        synced = await asyncio.to_thread(
            sync_to,
            trusted,
            latest.height,
            _fetch(self.gateway, loop, latest),
            witnesses,
            self.now(),
            self.options,
        )
        await self._check_genesis(synced.trusted)
        self.store.save(synced.trusted)
        return synced

    async def statement(
        self, account_id: AccountId, *, seed: bytes | None = None, from_start: bool = False
    ) -> tuple[Statement, Synced]:
        """Sync, then the account's statement since its last verified closing; keeps a new closing
        if everything fits. Raises as sync does.
        """

        async def at(trusted: Trusted) -> Statement:
            opening = OPENED if from_start else trusted.closings.get(account_id, OPENED)
            return await self._statement_at(account_id, trusted, opening, seed)

        statement, synced = await self.at_newest(at)
        if statement.verified:
            self.store.save(synced.trusted.with_closing(account_id, statement.closing))
        return statement, synced

    async def at_newest(self, ask: Callable[[Trusted], Awaitable[T]]) -> tuple[T, Synced]:
        """Sync, then what is asked at the newest header; anew where the gateway keeps that height
        no longer before everything has come. Raises as sync does.
        """
        for left in reversed(range(self.tries)):
            synced = await self.sync(self.store.load())
            try:
                return await ask(synced.trusted), synced
            except GatewayRefusedError as error:
                if error.code != _NOT_KEPT or not left:
                    raise
        raise AssertionError("the last try returns or raises")

    async def receipt(self, act_id: bytes) -> CheckedReceipt:
        """The receipt of an act of the key's holder, verified by its block's header and the next,
        for which it waits a little.

        Raises NotProvedError, and as sync does.
        """
        target = f"/v1/transactions/{act_id.hex()}"
        try:
            shown = read_act(await self.gateway.get_signed(target))
        except MalformedError as error:
            raise UnreachableError(
                f"{self.gateway.base} doesn't answer rightly: {error}"
            ) from error
        trusted = (await self._sync_beyond(shown.height)).block
        fetch = _fetch(self.gateway, asyncio.get_running_loop())
        *_, following, block = await asyncio.to_thread(
            follow, trusted, Height(shown.height), fetch, self.now(), self.options
        )
        return check_act(shown, act_id, block.header, following.header)

    async def header(self, height: int) -> Header:
        """The verified header of a height, for which it waits a little. Raises as sync does."""
        trusted = (await self._sync_beyond(height - 1)).block
        fetch = _fetch(self.gateway, asyncio.get_running_loop())
        trace = await asyncio.to_thread(
            follow, trusted, Height(height), fetch, self.now(), self.options
        )
        return trace[-1].header

    async def _sync_beyond(self, height: int) -> Trusted:
        for _ in range(_TRIES_FOR_A_HEADER):
            trusted = (await self.sync(self.store.load())).trusted
            if trusted.block.height > height:
                return trusted
            await asyncio.sleep(_HEADER_SECONDS)
        raise UnavailableError(f"{self.gateway.base} has no header after height {height}")

    async def _statement_at(
        self, account_id: AccountId, trusted: Trusted, opening: Closing, seed: bytes | None
    ) -> Statement:
        header = trusted.block.header
        path = account_path(account_id)
        try:
            shown = await all_pages(self.gateway, path, _STATEMENT_TABLES, header.height - 1)
            movements = await self._movements(path, shown, opening)
        except MalformedError as error:
            raise UnreachableError(
                f"{self.gateway.base} doesn't answer rightly: {error}"
            ) from error
        return make_statement(account_id, shown, header, movements, opening, seed)

    async def _movements(self, path: str, shown: Shown, opening: Closing) -> list[bytes]:
        """The movements since the opening, up to the number that the first row claims."""
        last = min(_claimed_count(shown), opening.movement_count + MOST_MOVEMENTS)
        movements: list[bytes] = []
        first = opening.movement_count + 1
        while first <= last:
            query = f"?first={first}&last={min(last, first + _PAGE - 1)}"
            page = read_movements(await self.gateway.get_signed(f"{path}/movements{query}"))
            if not page:
                break
            movements.extend(page)
            first += len(page)
        return movements

    async def _check_genesis(self, trusted: Trusted) -> None:
        """Raise SyncError unless the chain's own row names the trusted genesis."""
        header = trusted.block.header
        key = CHAIN.row_key(b"chain")
        target = f"/v1/public/{key[:1].hex()}/{key[1:].hex()}?height={header.height - 1}"
        try:
            fault = genesis_fault(await self.gateway.get(target), header, trusted)
        except MalformedError as error:
            raise UnreachableError(
                f"{self.gateway.base} doesn't answer rightly: {error}"
            ) from error
        if fault is not None:
            raise SyncError(header.height, Verdict(kind=VerdictKind.INVALID, reason=fault))


def _fetch(
    client: GatewayClient, loop: asyncio.AbstractEventLoop, known: LightBlock | None = None
) -> Fetch:
    """A gateway as a source of blocks for code that runs on another thread."""

    def fetch(height: Height) -> LightBlock:
        if known is not None and known.height == height:
            return known
        asked = asyncio.run_coroutine_threadsafe(client.light_block(height), loop)
        try:
            return asked.result(ANSWER_SECONDS)
        except TimeoutError as error:
            asked.cancel()
            raise UnavailableError(f"{client.base} doesn't answer in time") from error

    return fetch


def _claimed_count(shown: Shown) -> int:
    """How many movements the first row speaks of, if it can be read; it is verified later."""
    for proof, _ in shown.rows:
        try:
            row = read_shown_row(proof.row) if proof.slot == 0 else None
        except CodecError:
            continue
        if isinstance(row, Summary):
            return int(row.movement_count)
    return 0
