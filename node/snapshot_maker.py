"""Making snapshots while the ledger goes on: a few rows at a time, between everything else.

A height is frozen the moment it is committed; what is read later is what it was then. Chunks are
hashed and written on a thread, which needs no lock of the interpreter while the disk works.
"""

import asyncio
import logging
from collections.abc import Iterator
from itertools import islice
from typing import Final

from cfi.contracts.state.snapshot import ChunkCutter, encode_entry, encode_head
from cfi.contracts.state.upgrades import app_version_at
from cfi.node.application import Application
from cfi.node.queries import Parameters, QuestionError
from cfi.node.storage.ledger_store import FrozenHeight
from cfi.node.storage.snapshots import SnapshotFolder, StoredSnapshot

_LOG: Final = logging.getLogger(__name__)
_SLICE: Final = 500
"""Entries between which the ledger may do something else: one or two milliseconds."""


class BusyError(Exception):
    """No snapshot can be begun now."""


class SnapshotMaker:
    """Makes snapshots at each multiple of an interval, and when asked."""

    def __init__(self, application: Application, folder: SnapshotFolder, interval: int) -> None:
        """An interval of 0 heights makes none by itself."""
        self._application = application
        self._folder = folder
        self._interval = interval
        self._waiting: asyncio.Queue[FrozenHeight] = asyncio.Queue()
        self._busy = False
        self._failure: str | None = None
        """Why the last one that was begun can't be made."""
        application.follow(self._committed)

    def begin(self) -> int:
        """Make one of the last committed height, and return that; raises BusyError."""
        if self._busy or self._application.store.committed() is None:
            raise BusyError("another snapshot is being made, or there is no height yet")
        frozen = freeze(self._application)
        self._busy, self._failure = True, None
        self._waiting.put_nowait(frozen)
        return frozen.head.height

    def question(self, parameters: Parameters) -> object:
        """Begin one for an operator who asks, and tell its height; or, asked with a height, what
        keeps that one from being made. Raises QuestionError.
        """
        if "height" in parameters:
            return {"height": parameters["height"], "failure": self._failure}
        try:
            return {"height": self.begin()}
        except BusyError as error:
            raise QuestionError("busy", str(error)) from error

    @property
    def idle(self) -> bool:
        """True while none is being made."""
        return not self._busy

    async def run(self) -> None:
        """Make what is due until cancelled."""
        self._folder.clear_unfinished()
        while True:
            frozen = await self._waiting.get()
            try:
                await self._make(frozen)
            except OSError as error:
                self._failure = str(error)
                _LOG.exception("a snapshot can't be written", extra={"height": frozen.head.height})
            finally:
                frozen.close()
                self._busy = False

    def _committed(self, height: int) -> None:
        if not self._interval or height % self._interval:
            return
        try:
            self.begin()
        except BusyError:
            _LOG.warning("no snapshot of this height", extra={"height": height})

    async def _make(self, frozen: FrozenHeight) -> None:
        draft = self._folder.begin(frozen.head.height)
        try:
            for chunk in _in_slices(frozen):
                if chunk is None:
                    await asyncio.sleep(0)
                else:
                    await asyncio.to_thread(draft.add, chunk)
            self._folder.publish(await asyncio.to_thread(draft.finish))
        except BaseException:
            draft.discard()
            raise
        _LOG.info("made a snapshot", extra={"height": frozen.head.height})


def freeze(application: Application) -> FrozenHeight:
    """The last committed height as it stands in the store."""
    store, view = application.store, application.committed_view
    committed, chain = store.committed(), view.chain.get(b"chain")
    assert committed is not None and chain is not None, "a height was committed"
    return store.frozen(chain.chain_id, app_version_at(view, committed.height))


def make_at_once(frozen: FrozenHeight, folder: SnapshotFolder) -> StoredSnapshot:
    """Make a snapshot while nothing else goes on; raises OSError, leaving nothing."""
    draft = folder.begin(frozen.head.height)
    try:
        for chunk in _in_slices(frozen):
            if chunk is not None:
                draft.add(chunk)
        return folder.publish(draft.finish())
    except BaseException:
        draft.discard()
        raise
    finally:
        frozen.close()


def _in_slices(frozen: FrozenHeight) -> Iterator[bytes | None]:
    """The chunks, and None wherever there is time for something else."""
    cutter = ChunkCutter()
    yield from cutter.take(encode_head(frozen.head))
    entries = frozen.entries()
    while piece := b"".join(encode_entry(key, value) for key, value in islice(entries, _SLICE)):
        yield from cutter.take(piece)
        yield None
    yield from cutter.rest()
