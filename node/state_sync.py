"""Snapshots as the engine asks for them: what is offered here, and what is taken from others.
(CometBFT 0.38, ABCI state sync)

The engine's light client gives the root that is trusted. Each chunk is compared with the metadata
as it comes; the root of all of them decides, and only then is anything of this node replaced.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Final

from cfi.contracts.state.snapshot import (
    FORMAT,
    Snapshot,
    SnapshotError,
    SnapshotHead,
    SnapshotReader,
)
from cfi.contracts.transition.dispatch import SUPPORTED_APP_VERSIONS
from cfi.contracts.transition.restore import Rebuilding
from cfi.contracts.wire.schema import Hash
from cfi.node.application import Application
from cfi.node.storage.snapshots import Draft, SnapshotFolder

_LOG: Final = logging.getLogger(__name__)


@unique
class Offer(IntEnum):
    """What becomes of an offered snapshot, in ABCI's numbers."""

    ACCEPT = 1
    ABORT = 2
    REJECT = 3
    REJECT_FORMAT = 4


@unique
class Taken(IntEnum):
    """What becomes of a chunk, in ABCI's numbers."""

    ACCEPT = 1
    ABORT = 2
    RETRY = 3
    RETRY_SNAPSHOT = 4
    REJECT_SNAPSHOT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedChunk:
    """The verdict on a chunk, which chunks to fetch again, and from whom to take none."""

    result: Taken
    refetch_chunks: tuple[int, ...] = ()
    reject_senders: tuple[str, ...] = ()


class StateSync:
    """The four verbs of ABCI state sync over one application."""

    def __init__(
        self, application: Application, folder: SnapshotFolder, restored: Callable[[int], None]
    ) -> None:
        """`restored` is told the height from which the application goes on."""
        self._restored = restored
        self._application = application
        self._folder = folder
        self._receiving: Receiving | None = None

    def list_snapshots(self) -> list[Snapshot]:
        """The snapshots that others may take from here, the newest first."""
        return [each.told for each in self._folder.all()]

    def load_snapshot_chunk(self, height: int, snapshot_format: int, index: int) -> bytes:
        """A chunk by its index from 0; empty, which nobody takes for one, where it isn't here."""
        found = self._folder.of(height)
        if found is None or found.told.format != snapshot_format:
            return b""
        try:
            return found.chunk(index)
        except (SnapshotError, OSError):
            _LOG.exception("a chunk of a snapshot can't be read", extra={"height": height})
            return b""

    def offer_snapshot(
        self, snapshot: Snapshot, chunks: int, told_hash: bytes, app_hash: bytes
    ) -> Offer:
        """Begin with a snapshot that claims so many chunks and this hash, of a height whose root is
        trusted; or say why not.
        """
        self._drop()
        if snapshot.format != FORMAT:
            return Offer.REJECT_FORMAT
        if self._application.height != self._application.store.restored_at():
            _LOG.error("a snapshot is offered, but this node has decided blocks: clear its data")
            return Offer.ABORT
        try:
            snapshot.check()
        except SnapshotError:
            return Offer.REJECT
        if (chunks, told_hash) != (snapshot.chunks, snapshot.hash):
            return Offer.REJECT
        draft = self._folder.begin(snapshot.height)
        self._receiving = Receiving(snapshot, Hash(app_hash), draft, self._application.genesis_hash)
        return Offer.ACCEPT

    def apply_snapshot_chunk(self, index: int, chunk: bytes, sender: str) -> AppliedChunk:
        """Take the next chunk of the accepted snapshot; with the last one, its state.

        Raises OSError where the disk refuses.
        """
        receiving = self._receiving
        if receiving is None:
            return AppliedChunk(result=Taken.ABORT)
        try:
            receiving.snapshot.check_chunk(index, chunk)
        except SnapshotError as error:
            _LOG.warning("a chunk is refused", extra={"reason": str(error)})
            return AppliedChunk(
                result=Taken.RETRY, refetch_chunks=(index,), reject_senders=(sender,)
            )
        try:
            if receiving.take(index, chunk, sender):
                receiving.install(self._application, self._folder)
                self._receiving = None
                self._restored(self._application.height)
        except SnapshotError as error:
            _LOG.error("a snapshot is refused", extra={"reason": str(error)})
            senders = tuple(receiving.senders)
            self._drop()
            return AppliedChunk(result=Taken.REJECT_SNAPSHOT, reject_senders=senders)
        return AppliedChunk(result=Taken.ACCEPT)

    def _drop(self) -> None:
        if self._receiving is not None:
            self._receiving.draft.discard()
            self._receiving = None


class Receiving:
    """A snapshot that is being taken, chunk by chunk."""

    def __init__(
        self, snapshot: Snapshot, app_hash: Hash, draft: Draft, genesis_hash: Hash
    ) -> None:
        self.snapshot = snapshot
        self.draft = draft
        self.senders: dict[str, None] = {}
        self._app_hash = app_hash
        self._genesis_hash = genesis_hash
        self._next = 0
        self._reader = SnapshotReader()
        self._rebuilding = Rebuilding()

    def take(self, index: int, chunk: bytes, sender: str) -> bool:
        """Take a chunk that the metadata names; True if it was the last. Raises SnapshotError."""
        self.senders[sender] = None
        if index != self._next:
            raise SnapshotError(f"chunk {index} came where {self._next} belongs")
        self._next += 1
        self._rebuilding.take(self._reader.feed(chunk))
        if index == 0:
            self._check_head(self._reader.head)
        self.draft.add(chunk)
        return self._next == self.snapshot.chunks

    def install(self, application: Application, folder: SnapshotFolder) -> None:
        """Give its state to the application, if it has the trusted root; raises SnapshotError,
        OSError.
        """
        head = self._reader.finish()
        with application.lent_trees() as trees:
            state, window = self._rebuilding.finish(head, self._app_hash, trees)
            stored = self.draft.finish()
            application.adopt(state, window, head, stored.entries(SnapshotReader()))
        folder.publish(stored)
        _LOG.info("took over a snapshot", extra={"height": head.height})

    def _check_head(self, head: SnapshotHead) -> None:
        if head.genesis_hash != self._genesis_hash:
            raise SnapshotError("the snapshot is of another genesis")
        if (head.height, head.app_hash) != (self.snapshot.height, self._app_hash):
            raise SnapshotError("the snapshot is not of the trusted height and root")
        if head.app_version not in SUPPORTED_APP_VERSIONS:
            raise SnapshotError(
                f"rules of version {head.app_version} are unknown here: install a newer program"
            )
