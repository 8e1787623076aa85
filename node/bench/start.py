"""How long a node takes from its start to its first answer, with so many lots on the disk."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cfi.client.tree_process import TreeProcess
from cfi.node.bench.measurement import Measurement, compared
from cfi.node.bench.world import Sizes, node
from cfi.node.storage.database import Database
from cfi.node.storage.ledger_store import LedgerStore


def measure(accounts: int, lots: int, _: float) -> list[Measurement]:
    """Seconds to load and check the committed state, against reading the store's bytes alone."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        engine, application = node(home, Sizes(accounts, lots))
        engine.make_block([])
        application.store.close()
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-m", "cfi.node.bench.start", str(home)], check=True)
        seconds = time.perf_counter() - begun
        reading = _reading_seconds(home)
    conditions: dict[str, str | int] = {"accounts": accounts, "lots": lots}
    return [compared("start", seconds, "s", ("reading every entry, s", reading), conditions)]


def load(home: Path) -> None:
    """Load the committed state, its root compared."""
    trees = TreeProcess()
    loaded = LedgerStore(Database(home / "ledger")).load(trees)
    assert loaded is not None, "a height was committed"
    trees.close()


def _reading_seconds(home: Path) -> float:
    database = Database(home / "ledger")
    begun = time.perf_counter()
    LedgerStore(database).scrub()
    seconds = time.perf_counter() - begun
    database.close()
    return seconds


if __name__ == "__main__":
    load(Path(sys.argv[1]))
