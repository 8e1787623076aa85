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
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from cfi.client.wallet.transactions import act_id_of
from cfi.contracts.state.genesis import genesis_hash
from cfi.contracts.wire.headers import decode_header, header_hash
from cfi.contracts.wire.receipts import decode_receipt
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


@dataclass(frozen=True, slots=True)
class Made:
    """A snapshot, and how its making went."""

    stored: StoredSnapshot
    seconds: float
    longest_gap: float
    """Seconds between two heights of the validator meanwhile."""


@dataclass(frozen=True, slots=True)
class Joined:
    """How joining went: seconds until the state was there, and until the node was level."""

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
            made = _snapshot_of(first)
            joined = _join(first, new, made.stored.told.height)
            _agree(first, new, transfer(plan.sizes, 0))
        finally:
            new.stop()
            first.stop()
        restoring = _restoring_seconds(made.stored, homes[0], folder)
        return _measurements(plan, made, joined, restoring)


def _snapshot_of(validator: Validator) -> Made:
    """Have a snapshot made, and wait until it can be proved."""
    home = validator.home
    validator.until(lambda: _height(home) > _TRUSTED_HEIGHT, "decide blocks")
    wanted: int = ask(home.socket, "make_snapshot")["height"]
    folder, begun = SnapshotFolder(home.snapshots, 1), time.monotonic()
    seen = {_height(home): begun}
    while (stored := folder.of(wanted)) is None:
        validator.require_running()
        seen.setdefault(_height(home), time.monotonic())
        time.sleep(_LOOK_SECONDS)
    ended = time.monotonic()
    gap = max(later - earlier for earlier, later in pairwise([*seen.values(), ended]))
    validator.until(lambda: _height(home) >= wanted + _PROVING_BLOCKS, "go on")
    return Made(stored, ended - begun, gap)


def _join(first: Validator, new: Validator, height: int) -> Joined:
    """Let a new node join by the snapshot of a height."""
    _trust(first.home, new.home)
    new.begin()
    new.wait_for_application()
    begun = time.monotonic()
    new.follow()
    new.until(lambda: _height(new.home) >= height, "take the snapshot")
    installed = time.monotonic() - begun
    new.until(lambda: _height(new.home) >= _height(first.home), "become level")
    level = time.monotonic() - begun
    return Joined(installed, level, sum(map(memory_mib, new.ledger_processes())))


def _trust(first: Home, new: Home) -> None:
    """Have the new node trust one of the validator's headers, as an operator would write it."""
    server = first.settings().rpc_listen
    settings = replace(
        new.settings(),
        sync_servers=(server, server),
        sync_height=_TRUSTED_HEIGHT,
        sync_hash=header_hash(decode_header(_header(first, _TRUSTED_HEIGHT))).hex(),
    )
    write_atomically(new.settings_file, settings_text(settings).encode())
    write_atomically(new.engine_config, engine_config(settings).encode())


def _agree(first: Validator, new: Validator, signed: bytes) -> None:
    """A transfer that the validator takes is done at the new node, under the same header; raises
    RuntimeError otherwise.
    """

    async def submit() -> None:
        async with EngineRpc(first.home.engine_socket) as engine:
            await hand_in(engine, [signed])

    asyncio.run(submit())
    act_id = act_id_of(signed)
    new.until(lambda: _answered(new.home, "receipt", act_id=act_id) is not None, "see the transfer")
    height, _, receipt = ask(new.home.socket, "receipt", act_id=act_id)
    new.until(lambda: _height(new.home) > height, "go on")
    ours, theirs = (_header(each.home, height + 1) for each in (new, first))
    if ours != theirs or not decode_receipt(receipt).done:
        raise RuntimeError("the nodes differ, or the transfer is refused")


def _restoring_seconds(stored: StoredSnapshot, home: Home, folder: Path) -> float:
    genesis = genesis_hash(home.genesis_file.read_bytes())
    begun = time.monotonic()
    restore(stored, Hash(stored.head().app_hash), genesis, folder / "restored")
    return time.monotonic() - begun


def _header(home: Home, height: int) -> bytes:
    told: bytes = ask(home.socket, "light_block", height=height)["header"]
    return told


def _height(home: Home) -> int:
    told = _answered(home, "status")
    return 0 if told is None else int(told["height"])


def _answered(home: Home, question: str, **parameters: object) -> Any:
    try:
        return ask(home.socket, question, **parameters)
    except (UnreachableError, FaultError):
        return None


def _measurements(plan: Planned, made: Made, joined: Joined, restoring: float) -> list[Measurement]:
    conditions: dict[str, str | int] = {
        "accounts": plan.accounts,
        "lots": plan.lots,
        "snapshot_bytes": made.stored.size,
        "chunks": made.stored.told.chunks,
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
        compared("sync_snapshot", made.seconds, "s", baseline, conditions),
        compared("sync_longest_gap", made.longest_gap, "s", baseline, conditions),
    ]
