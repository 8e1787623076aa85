"""State sync: how long a new node takes to join a running validator by its snapshot.

CometBFT looks for snapshots for as long as the settings say before it takes one, which is among the
conditions. The baseline is restoring the same snapshot at once from this disk, with every check:
what is left over is looking, fetching, and following the blocks since.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from cfi.client.wallet.transactions import act_id_of
from cfi.contracts.state.genesis import genesis_hash
from cfi.contracts.wire.headers import decode_header, header_hash
from cfi.contracts.wire.schema import Hash
from cfi.node.ask import FaultError, UnreachableError, ask
from cfi.node.bench.measurement import Measurement, compared
from cfi.node.bench.network.homes import PACE, Planned, make_homes
from cfi.node.bench.network.load import hand_in
from cfi.node.bench.network.running import LEDGER, Validator
from cfi.node.bench.processes import memory_mib
from cfi.node.bench.transfers import transfer
from cfi.node.consensus.cometbft.binary import find_engine
from cfi.node.consensus.cometbft.engine_home import engine_config
from cfi.node.consensus.cometbft.rpc import EngineRpc
from cfi.node.home import Home
from cfi.node.restoring import restore
from cfi.node.settings import settings_text
from cfi.node.storage.atomic import write_atomically
from cfi.node.storage.snapshots import SnapshotFolder, StoredSnapshot

_PACE: Final = replace(PACE, empty_block_seconds=1.0)
_TRUSTED_HEIGHT: Final = 2
_PROVING_BLOCKS: Final = 2
"""How many blocks after a snapshot's the light client wants to see."""
_LOOK_SECONDS: Final = 0.01
_PATIENCE_SECONDS: Final = 900.0


@dataclass(frozen=True, slots=True)
class Joined:
    """How it went."""

    making: float
    longest_gap: float
    """Seconds between two heights of the validator while it made the snapshot."""
    installed: float
    level: float
    memory: int


def measure(accounts: int, lots: int) -> list[Measurement]:
    """Seconds from the new node's start until it has the state, and until it is level; raises
    HomeError without CometBFT.
    """
    find_engine(None)
    plan = Planned(accounts, lots, 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        homes = make_homes(folder, plan, 1, _PACE)
        first, new = (Validator(home, LEDGER) for home in homes)
        try:
            first.begin()
            first.follow()
            stored, making, gap = _snapshot_of(first)
            joined = _join(first, new, making, gap, stored)
            _agree(first, new, transfer(plan.sizes, 0))
        finally:
            new.stop()
            first.stop()
        restoring = _restoring_seconds(stored, homes[0], folder)
        return _measurements(plan, stored, joined, restoring)


def _snapshot_of(validator: Validator) -> tuple[StoredSnapshot, float, float]:
    """Have one made; returns it, the seconds that took and the longest gap between heights."""
    _until(validator, lambda: _height(validator.home) > _TRUSTED_HEIGHT)
    wanted: int = ask(validator.home.socket, "make_snapshot")["height"]
    folder, begun = SnapshotFolder(validator.home.snapshots, 1), time.monotonic()
    heights = [(_height(validator.home), begun)]
    while (stored := folder.of(wanted)) is None:
        validator.require_running()
        height = _height(validator.home)
        if height > heights[-1][0]:
            heights.append((height, time.monotonic()))
        time.sleep(_LOOK_SECONDS)
    making = time.monotonic() - begun
    times = [*(at for _, at in heights), time.monotonic()]
    gap = max(later - earlier for earlier, later in pairwise(times))
    _until(validator, lambda: _height(validator.home) >= wanted + _PROVING_BLOCKS)
    return stored, making, gap


def _join(
    first: Validator, new: Validator, making: float, gap: float, stored: StoredSnapshot
) -> Joined:
    _trust(first.home, new.home)
    new.begin()
    new.wait_for_application()
    begun = time.monotonic()
    new.follow()
    _until(new, lambda: _height(new.home) >= stored.told.height)
    installed = time.monotonic() - begun
    _until(new, lambda: _height(new.home) >= _height(first.home))
    level = time.monotonic() - begun
    return Joined(making, gap, installed, level, sum(map(memory_mib, new.ledger_processes())))


def _trust(first: Home, new: Home) -> None:
    """Have the new node trust one of the validator's headers, as an operator would write it."""
    told = ask(first.socket, "light_block", height=_TRUSTED_HEIGHT)["header"]
    server = first.settings().rpc_listen
    settings = replace(
        new.settings(),
        sync_servers=(server, server),
        sync_height=_TRUSTED_HEIGHT,
        sync_hash=header_hash(decode_header(told)).hex(),
    )
    write_atomically(new.settings_file, settings_text(settings).encode())
    write_atomically(new.engine_config, engine_config(settings).encode())


def _agree(first: Validator, new: Validator, signed: bytes) -> None:
    """A transfer that the validator takes is done at the new node, under the same root."""

    async def submit() -> None:
        async with EngineRpc(first.home.engine_socket) as engine:
            await hand_in(engine, [signed])

    asyncio.run(submit())
    wanted = {"act_id": act_id_of(signed)}
    _until(new, lambda: _answered(new.home, "receipt", **wanted) is not None)
    place = ask(new.home.socket, "receipt", **wanted)
    if place != ask(first.home.socket, "receipt", **wanted):
        raise RuntimeError("the nodes tell different receipts")


def _restoring_seconds(stored: StoredSnapshot, home: Home, folder: Path) -> float:
    genesis = genesis_hash(home.genesis_file.read_bytes())
    begun = time.monotonic()
    restore(stored, Hash(stored.head().app_hash), genesis, folder / "restored")
    return time.monotonic() - begun


def _height(home: Home) -> int:
    told = _answered(home, "status")
    return 0 if told is None else int(told["height"])


def _answered(home: Home, question: str, **parameters: object) -> Any:
    try:
        return ask(home.socket, question, **parameters)
    except (UnreachableError, FaultError):
        return None


def _until(node: Validator, holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        node.require_running()
        if time.monotonic() > end:
            raise RuntimeError(f"{node.home.root} doesn't come so far")
        time.sleep(_LOOK_SECONDS)


def _measurements(
    plan: Planned, stored: StoredSnapshot, joined: Joined, restoring: float
) -> list[Measurement]:
    conditions: dict[str, str | int] = {
        "accounts": plan.accounts,
        "lots": plan.lots,
        "snapshot_bytes": stored.size,
        "chunks": stored.told.chunks,
        "discovery_s": str(_PACE.sync_discovery),
        "empty_block_s": str(_PACE.empty_block_seconds),
        "memory_mib": joined.memory,
        "cores": os.cpu_count() or 0,
        "python": sys.version.split()[0],
    }
    baseline = ("restoring the snapshot at once, s", restoring)
    return [
        compared("sync", joined.level, "s", baseline, conditions),
        compared("sync_installed", joined.installed, "s", baseline, conditions),
        compared("sync_snapshot", joined.making, "s", baseline, conditions),
        compared("sync_longest_gap", joined.longest_gap, "s", baseline, conditions),
    ]
