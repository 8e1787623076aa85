"""Snapshots verified and restored by an operator: a new store, or nothing."""

from pathlib import Path

from cfi.contracts.state.snapshot import SnapshotError, SnapshotHead, SnapshotReader
from cfi.contracts.transition.restore import Rebuilding
from cfi.contracts.wire.schema import Hash
from cfi.node.home import HomeError
from cfi.node.storage.atomic import sync_folder
from cfi.node.storage.database import make_beside
from cfi.node.storage.ledger_store import write_restored
from cfi.node.storage.snapshots import StoredSnapshot


def verify(stored: StoredSnapshot, app_hash: Hash) -> SnapshotHead:
    """Rebuild a snapshot's state and compare its root with a trusted one; returns what it says of
    itself, which is then true but for the results. Raises SnapshotError, OSError.
    """
    reader, rebuilding = SnapshotReader(), Rebuilding()
    rebuilding.take(stored.entries(reader))
    head = reader.finish()
    if head.height != stored.told.height:
        raise SnapshotError("the head is of another height than the metadata")
    rebuilding.finish(head, app_hash)
    return head


def restore(stored: StoredSnapshot, app_hash: Hash, genesis_hash: Hash, ledger: Path) -> None:
    """Make a new store of a snapshot with the trusted root and genesis.

    Raises SnapshotError, HomeError or OSError, leaving nothing.
    """
    if ledger.exists():
        raise HomeError(f"{ledger} is there already: a snapshot goes into a new store")
    head = verify(stored, app_hash)
    if head.genesis_hash != genesis_hash:
        raise SnapshotError("it is of another genesis than this home")
    ledger.parent.mkdir(parents=True, exist_ok=True)
    made = make_beside(
        ledger, lambda new: write_restored(new, head, stored.entries(SnapshotReader()))
    )
    made.rename(ledger)
    sync_folder(ledger.parent)
