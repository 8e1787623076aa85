"""Snapshots: seconds to make and to restore one, its size, and how long the ledger waits."""

import asyncio
import tempfile
import time
from pathlib import Path

from cfi.client.memory import settle_memory
from cfi.contracts.wire.schema import Hash
from cfi.node.application import Application
from cfi.node.bench.measurement import Measurement, compared
from cfi.node.bench.world import Sizes, node
from cfi.node.restoring import restore
from cfi.node.snapshot_maker import SnapshotMaker, freeze, make_at_once
from cfi.node.storage.atomic import write_synced
from cfi.node.storage.database import Database
from cfi.node.storage.ledger_store import LedgerStore
from cfi.node.storage.snapshots import SnapshotFolder, StoredSnapshot

_LOOK_SECONDS = 0.001


def measure(accounts: int, lots: int) -> list[Measurement]:
    """Seconds to make and to restore, bytes, and the longest wait in milliseconds meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        engine, application = node(home, Sizes(accounts, lots))
        engine.make_block([])
        settle_memory()
        folder = SnapshotFolder(home / "snapshots", 1)
        begun = time.perf_counter()
        stored = make_at_once(freeze(application), folder)
        making = time.perf_counter() - begun
        written = _writing_seconds(home, stored)
        beside, wait = asyncio.run(_while_it_runs(application, folder))
        stored = folder.all()[0]
        application.store.close()
        loading = _loading_seconds(home)
        begun = time.perf_counter()
        restore(stored, Hash(application.app_hash), Hash(bytes(32)), home / "restored")
        restoring = time.perf_counter() - begun
        size, whole = stored.size, _entry_bytes(home)
    conditions: dict[str, str | int] = {
        "accounts": accounts,
        "lots": lots,
        "chunks": stored.told.chunks,
    }
    return [
        compared("make", making, "s", ("writing the same bytes, s", written), conditions),
        compared("make_beside", beside, "s", ("making it at once, s", making), conditions),
        compared(
            "wait", wait * 1_000, "ms", ("the whole making at once, ms", making * 1_000), conditions
        ),
        compared("size", size, "bytes", ("the whole store", whole), conditions),
        compared("restore", restoring, "s", ("loading the store, s", loading), conditions),
    ]


async def _while_it_runs(application: Application, folder: SnapshotFolder) -> tuple[float, float]:
    """Seconds that making takes beside an idle ledger, and the longest that its loop waited."""
    maker = SnapshotMaker(application, folder, 0)
    maker.begin()
    making = asyncio.create_task(maker.run())
    longest, begun = 0.0, time.perf_counter()
    while not maker.idle:
        before = time.perf_counter()
        await asyncio.sleep(_LOOK_SECONDS)
        longest = max(longest, time.perf_counter() - before - _LOOK_SECONDS)
    seconds = time.perf_counter() - begun
    making.cancel()
    await asyncio.gather(making, return_exceptions=True)
    return seconds, longest


def _writing_seconds(home: Path, stored: StoredSnapshot) -> float:
    chunks = [stored.chunk(index) for index in range(stored.told.chunks)]
    begun = time.perf_counter()
    for index, chunk in enumerate(chunks):
        write_synced(home / f"{index}.copy", chunk)
    return time.perf_counter() - begun


def _loading_seconds(home: Path) -> float:
    database = Database(home / "ledger")
    begun = time.perf_counter()
    LedgerStore(database).load()
    seconds = time.perf_counter() - begun
    database.close()
    return seconds


def _entry_bytes(home: Path) -> int:
    """Keys and values, movements and receipts among them."""
    database = Database(home / "ledger")
    try:
        return sum(len(key) + len(value) for key, value in database.items(b""))
    finally:
        database.close()
