"""Replaying a history against the rate at which it was made: signatures, rules, roots, receipts and
headers, without and with the independent model beside; and the model by itself.

As the ledger ran when the load began, so does what replays when its time begins; a whole audit is
measured from its start to its end.
"""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cfi.client.audit.auditor import audit, read_ahead, trees_aside
from cfi.client.audit.beginning import Beginning
from cfi.client.audit.model_link import ModelLink
from cfi.client.audit.replay import Replay, Replayed
from cfi.client.audit.signature_pool import SignaturePool
from cfi.client.audit.sources import read_records
from cfi.client.memory import settle_memory
from cfi.contracts.wire.blocks import consensus_hash
from cfi.contracts.wire.limits import MAX_BLOCK_BYTES, MAX_BLOCK_GAS
from cfi.contracts.wire.schema import Hash
from cfi.node.bench.measurement import Measurement, compared
from cfi.node.bench.transfers import load, transfers_of
from cfi.node.bench.world import CHAIN_ID, GENESIS_TIME, NO_GENESIS, VALIDATORS, Sizes, build

_WORKERS: Final = 1
_TURNS: Final = 5
"""This machine's speed changes within a minute; what is compared is measured close together."""
_BASELINE: Final = "transfers a second when the history was made"


def measure(accounts: int, lots: int, seconds: float) -> list[Measurement]:
    """Transfers replayed a second, alone and with the model beside, against transfers decided a
    second, in turns of one run.
    """
    sizes = Sizes(accounts, lots)
    turns = [_turn(sizes, seconds / _TURNS) for _ in range(_TURNS)]
    transfers = sum(each.transfers for each in turns)
    live = transfers / sum(each.live for each in turns)
    conditions = _conditions(sizes, transfers)
    return [
        compared(
            name,
            transfers / sum(each.seconds[name] for each in turns),
            "1/s",
            (_BASELINE, live),
            {**conditions, "ratio_of_each_turn": " ".join(each.ratio(name) for each in turns)},
        )
        for name in ("replay", "audit")
    ]


@dataclass(frozen=True, slots=True)
class _Turn:
    """How long a history took to make, and to replay in each way, in seconds."""

    transfers: int
    live: float
    seconds: Mapping[str, float]

    def ratio(self, name: str) -> str:
        return f"{self.live / self.seconds[name]:.2f}"


def _turn(sizes: Sizes, seconds: float) -> _Turn:
    with _made(sizes, seconds) as (blocks, live, transfers):
        taken = {
            "replay": _replay_seconds(sizes, blocks, transfers),
            "audit": _audit_seconds(sizes, blocks, transfers),
        }
    return _Turn(transfers, transfers / live, taken)


def measure_model(accounts: int, lots: int, seconds: float) -> list[Measurement]:
    """Transfers that the independent model judges a second, in its own process with nothing beside,
    against transfers decided a second, in one run.
    """
    sizes = Sizes(accounts, lots)
    with _made(sizes, seconds) as (blocks, live, transfers):
        begun_with = beginning(sizes)
        with _replaying(begun_with) as pool:
            heights = list(_replayed(begun_with, blocks, pool))
        with ModelLink() as model:
            model.send(0, [], [], begun_with.rows)
            model.settle()
            begun = time.perf_counter()
            for each in heights:
                model.send(each.height, each.transactions, each.receipts, each.rows)
            model.finish()
            rate = transfers / (time.perf_counter() - begun)
    return [compared("model", rate, "1/s", (_BASELINE, live), _conditions(sizes, transfers))]


@contextmanager
def _made(sizes: Sizes, seconds: float) -> Iterator[tuple[Path, float, int]]:
    """A history's blocks, how many transfers a second made it, and how many it has."""
    signed = transfers_of(sizes, seconds)
    with tempfile.TemporaryDirectory() as folder:
        live = load(Path(folder), sizes, signed)
        yield Path(folder) / "blocks", live, len(signed)


def _replay_seconds(sizes: Sizes, blocks: Path, transfers: int) -> float:
    begun_with = beginning(sizes)
    with _replaying(begun_with) as pool:
        settle_memory()
        begun = time.perf_counter()
        found = sum(each.done for each in _replayed(begun_with, blocks, pool))
        elapsed = time.perf_counter() - begun
    if found != transfers:
        raise RuntimeError(f"the replay has {found} transfers of {transfers}")
    return elapsed


def _audit_seconds(sizes: Sizes, blocks: Path, transfers: int) -> float:
    begun_with = beginning(sizes)
    settle_memory()
    begun = time.perf_counter()
    findings = audit(begun_with, read_records(blocks), _WORKERS, lambda _, __: None)
    elapsed = time.perf_counter() - begun
    if not findings.agrees or findings.transactions != transfers:
        raise RuntimeError(f"the replay disagrees: {findings.disagreement}")
    return elapsed


@contextmanager
def _replaying(begun_with: Beginning) -> Iterator[SignaturePool]:
    """The processes of a replay, running."""
    with SignaturePool(_WORKERS) as pool, trees_aside(begun_with, _WORKERS):
        pool.wait_until_started()
        yield pool


def _replayed(begun_with: Beginning, blocks: Path, pool: SignaturePool) -> Iterator[Replayed]:
    """Every height, its signatures verified ahead in another process."""
    replay = Replay(begun_with)
    for each in read_ahead(read_records(blocks), pool):
        if each.fault is not None:
            raise each.fault
        assert each.record is not None and each.block is not None, "no fault, so a block"
        yield replay.take(each.block, each.record.vote_time, pool.answer(each.owed))


def _conditions(sizes: Sizes, transfers: int) -> dict[str, str | int]:
    return {
        "accounts": sizes.accounts,
        "lots": sizes.lots,
        "transfers": transfers,
        "workers": _WORKERS,
    }


def beginning(
    sizes: Sizes, validators: Sequence[str] = VALIDATORS, genesis: Hash = NO_GENESIS
) -> Beginning:
    """What an audit of a world begins with."""
    state, rows = build(sizes, None, validators, genesis)
    return Beginning(
        chain_id=CHAIN_ID,
        genesis_hash=genesis,
        genesis_time=GENESIS_TIME,
        consensus_hash=consensus_hash(MAX_BLOCK_BYTES, MAX_BLOCK_GAS),
        state=state,
        rows=rows,
    )
