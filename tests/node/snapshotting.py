"""Snapshots of a small chain, and what it takes to restore them."""

from hashlib import sha256
from pathlib import Path

from cfi.contracts.state.snapshot import FORMAT, Snapshot, SnapshotReader
from cfi.contracts.state.store import State
from cfi.contracts.transition.restore import Rebuilding
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.schema import Hash
from cfi.node.snapshot_maker import freeze, make_at_once
from cfi.node.state_sync import AppliedChunk, Offer, StateSync, Taken
from cfi.node.storage.snapshots import SnapshotFolder, StoredSnapshot
from tests.node.chain import Chain


def folder_of(chain: Chain) -> SnapshotFolder:
    """Where a chain's snapshots stand."""
    return SnapshotFolder(chain.folder / "snapshots", 2)


def snapshot_of(chain: Chain) -> StoredSnapshot:
    """A snapshot of the chain's last height."""
    return make_at_once(freeze(chain.application), folder_of(chain))


def chunks_of(stored: StoredSnapshot) -> list[bytes]:
    """All its chunks."""
    return [stored.chunk(index) for index in range(stored.told.chunks)]


def rebuilt(stored: StoredSnapshot, app_hash: bytes) -> tuple[State, Window]:
    """The state of a snapshot; raises SnapshotError."""
    reader, rebuilding = SnapshotReader(), Rebuilding()
    rebuilding.take(stored.entries(reader))
    return rebuilding.finish(reader.finish(), Hash(app_hash))


def syncing(chain: Chain) -> StateSync:
    """State sync over a chain's application."""
    return StateSync(chain.application, folder_of(chain), chain.files.begin_after)


def offered(sync: StateSync, told: Snapshot, app_hash: bytes) -> Offer:
    """What becomes of a snapshot offered as it is told."""
    return sync.offer_snapshot(told, told.chunks, told.hash, app_hash)


def applied(sync: StateSync, chunks: list[bytes]) -> AppliedChunk:
    """What becomes of the chunks, up to the first that isn't accepted."""
    verdict = AppliedChunk(result=Taken.ACCEPT)
    for index, chunk in enumerate(chunks):
        verdict = sync.apply_snapshot_chunk(index, chunk, "peer")
        if verdict.result is not Taken.ACCEPT:
            break
    return verdict


def told_of(height: int, chunks: list[bytes]) -> Snapshot:
    """What agrees with these chunks, as a liar tells it."""
    metadata = b"".join(sha256(chunk).digest() for chunk in chunks)
    return Snapshot(height=height, format=FORMAT, metadata=metadata)


def files_below(folder: Path) -> dict[str, bytes]:
    """All files by path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
