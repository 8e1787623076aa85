"""Blocks from a gateway, for who may read everything: pages fetched ahead on a thread of their own.

The gateway is trusted in nothing. A page must be records of the heights that were asked for;
whether these are the history is the replay's to find.
"""

import asyncio
import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from cfi.client.audit.sources import BadSourceError
from cfi.client.light.http import GatewayClient, GatewayRefusedError, UnreachableError
from cfi.client.light.lightblock import LightBlock
from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.wire.block_file import BlockRecord, BrokenRecordError, decode_records

PAGES_AHEAD: Final = 4
TRIES: Final = 8
PAUSE_SECONDS: Final = 1.0
"""After a broken connection, doubled with each try; and after a quota."""
_QUOTA: Final = 429
_BUSY: Final = 503
_POLL_SECONDS: Final = 0.1
Page = list[BlockRecord] | Exception | None
"""What the thread hands over: records, what went wrong, or the end."""


def latest_header(base: str) -> LightBlock:
    """The newest light block that a gateway has; raises UnavailableError."""

    async def work() -> LightBlock:
        async with GatewayClient(base) as client:
            return await client.light_block(None)

    return asyncio.run(work())


@dataclass(slots=True)
class NetworkSource:
    """The blocks of a range of heights from one gateway. Use `records` once."""

    base: str
    key: SigningKey
    last: int
    """The last height that is asked for."""
    first: int = 1
    pause_seconds: float = PAUSE_SECONDS
    broken: int = 0
    """How often the connection broke, or the gateway had no time."""
    _pages: "queue.Queue[Page]" = field(default_factory=lambda: queue.Queue(PAGES_AHEAD))
    _stop: threading.Event = field(default_factory=threading.Event)

    def records(self) -> Iterator[BlockRecord]:
        """The blocks in order; raises UnavailableError where the gateway stays away or shows none,
        BadSourceError for a page that isn't what was asked for.
        """
        thread = threading.Thread(target=self._run, name="pages", daemon=True)
        thread.start()
        try:
            while (page := self._pages.get()) is not None:
                if isinstance(page, Exception):
                    raise page
                yield from page
        finally:
            self._stop.set()
            thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._fetch_all())
        except Exception as error:  # noqa: BLE001 - whoever waits for pages has to hear of it
            self._hand_over(error)
        else:
            self._hand_over(None)

    async def _fetch_all(self) -> None:
        async with GatewayClient(self.base, self.key) as client:
            height = self.first
            while height <= self.last and not self._stop.is_set():
                page = _read_page(self.base, await self._fetch(client, height), height)
                height += len(page)
                self._hand_over([each for each in page if each.height <= self.last])

    async def _fetch(self, client: GatewayClient, height: int) -> bytes:
        """A page, asked for again where the connection breaks or the gateway is busy."""
        for tried in range(TRIES):
            try:
                return await client.get_signed_bytes(f"/v1/blocks/{height}")
            except UnreachableError:
                self.broken += 1
                if tried == TRIES - 1:
                    raise
            except GatewayRefusedError as error:
                if error.status not in {_QUOTA, _BUSY} or tried == TRIES - 1:
                    raise
            await asyncio.sleep(self.pause_seconds * 2**tried)
        raise AssertionError("the last try returns or raises")

    def _hand_over(self, page: Page) -> None:
        while not self._stop.is_set():
            with suppress(queue.Full):
                self._pages.put(page, timeout=_POLL_SECONDS)
                return


def _read_page(base: str, content: bytes, first: int) -> list[BlockRecord]:
    try:
        page = list(decode_records(content))
    except BrokenRecordError as error:
        raise BadSourceError(f"{base}: blocks from {first} on: {error}") from error
    if not page or [each.height for each in page] != list(range(first, first + len(page))):
        raise BadSourceError(f"{base}: blocks from {first} on: other heights than were asked for")
    return page
