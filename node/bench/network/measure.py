"""Transfers a second on validators of one machine, against a bare application on the same engine.

Both get the same signed transfers the same way, in networks that take turns; neither runs while the
other does.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, quantiles
from types import MappingProxyType
from typing import Final

from cfi.client.wallet.transactions import act_id_of
from cfi.contracts.wire.receipts import decode_receipt
from cfi.node.bench.measurement import Measurement, compared
from cfi.node.bench.network.homes import PACE, Planned
from cfi.node.bench.network.load import (
    Seen,
    connected,
    most_waiting,
    pace,
    saturate,
    until_level,
)
from cfi.node.bench.network.running import BARE, LEDGER, Spent, Validator, running
from cfi.node.bench.transfers import signed_transfers
from cfi.node.consensus.cometbft.binary import find_engine
from cfi.node.consensus.cometbft.rpc import EngineRpc
from cfi.node.storage.database import Database
from cfi.node.storage.ledger_store import LedgerStore

ROUNDS: Final = 2
_A_SECOND: Final = 4_000
_PATIENCE_SECONDS: Final = 600.0
_QUARTER: Final = 0.25
_PERCENT: Final = 100
_PARTS: Final[Mapping[str, Callable[[Spent], float]]] = MappingProxyType(
    {
        "application": lambda spent: spent.application,
        "beside": lambda spent: spent.beside,
        "engine": lambda spent: spent.engine,
        "all": lambda spent: spent.total,
    }
)
"""Whose CPU a transfer takes at each validator."""


@dataclass(frozen=True, slots=True)
class Load:
    """Transfers by what they are for."""

    saturating: Sequence[bytes]
    paced: Sequence[bytes]
    during_failure: Sequence[bytes]

    @classmethod
    def of(cls, signed: Sequence[bytes]) -> "Load":
        """Half of them saturate, a quarter is for each of the others."""
        half, quarter = len(signed) // 2, len(signed) // 4
        return cls(signed[:half], signed[half : half + quarter], signed[half + quarter :])


@dataclass(frozen=True, slots=True)
class Found:
    """What one network did."""

    rate: float
    """Transfers a second."""
    spent: Spent
    """CPU seconds a transfer and validator."""
    latencies: Sequence[float]
    rejoined: float | None
    """Seconds; None where nobody was killed."""


def measure(validators: int, accounts: int, lots: int, seconds: float) -> list[Measurement]:
    """Rate, latency, CPU and the time to rejoin; raises HomeError without CometBFT."""
    find_engine(None)
    plan = Planned(accounts, lots, validators)
    load = Load.of(signed_transfers(plan.sizes, round(seconds * _A_SECOND)))
    ours: list[Found] = []
    bare: list[Found] = []
    for _ in range(ROUNDS):
        ours.append(_try(plan, LEDGER, load, None))
        bare.append(_try(plan, BARE, load, ours[-1].rate / 2))
    return _measurements(plan, load, ours, bare)


def _try(plan: Planned, kind: str, load: Load, paced: float | None) -> Found:
    """One network's life; without a pace it's half of the rate that it reaches."""
    with tempfile.TemporaryDirectory() as folder:
        with running(Path(folder), plan, kind) as validators:
            found = asyncio.run(
                asyncio.wait_for(_load(validators, kind, load, paced), _PATIENCE_SECONDS)
            )
        if kind == LEDGER:
            _require_done(validators[0], [*load.saturating, *load.paced])
    return found


async def _load(
    validators: Sequence[Validator], kind: str, load: Load, paced: float | None
) -> Found:
    async with connected([each.home.engine_socket for each in validators]) as engines:
        before = [each.spent() for each in validators]
        seen = await saturate(engines, load.saturating)
        spent = _each_transfer(before, [each.spent() for each in validators], load.saturating)
        rate = _rate(seen)
        latencies = await pace(engines, load.paced, rate / 2 if paced is None else paced)
        rejoined = None
        if kind == LEDGER and len(validators) > 1:
            rejoined = await _kill_one(validators[-1], engines, load.during_failure, rate)
    for each in validators:
        each.require_running()
    return Found(rate, spent, latencies, rejoined)


def _rate(seen: Sequence[Seen]) -> float:
    """Transfers a second from the first commit to the last."""
    return sum(each.count for each in seen[1:]) / (seen[-1].at - seen[0].at)


def _each_transfer(
    before: Sequence[Spent], after: Sequence[Spent], transfers: Sequence[bytes]
) -> Spent:
    shares = len(before) * len(transfers)
    return Spent(
        sum(each.application for each in after) - sum(each.application for each in before),
        sum(each.beside for each in after) - sum(each.beside for each in before),
        sum(each.engine for each in after) - sum(each.engine for each in before),
    ).shared_by(shares)


async def _kill_one(
    victim: Validator, engines: Sequence[EngineRpc], transactions: Sequence[bytes], rate: float
) -> float:
    """Seconds from SIGKILL to the others' height, while they decide a quarter of their rate."""
    others, own = engines[:-1], engines[-1]
    load = asyncio.create_task(pace(others, transactions, rate * _QUARTER))
    begun = time.monotonic()
    try:
        await asyncio.to_thread(_restart, victim)
        await until_level(own, others[0])
        seconds = time.monotonic() - begun
        if load.done():
            load.result()
    finally:
        load.cancel()
        await asyncio.gather(load, return_exceptions=True)
    return seconds


def _restart(victim: Validator) -> None:
    victim.kill()
    victim.begin()
    victim.follow()


def _require_done(validator: Validator, transactions: Sequence[bytes]) -> None:
    """Raise RuntimeError unless a stopped ledger's disk says of each transfer that it was done."""
    database = Database(validator.home.ledger)
    store = LedgerStore(database)
    found = [store.receipt(act_id_of(each)) for each in transactions]
    database.close()
    done = sum(each is not None and decode_receipt(each[2]).done for each in found)
    if done != len(transactions):
        raise RuntimeError(f"{done} of {len(transactions)} transfers were done")


def _measurements(
    plan: Planned, load: Load, ours: Sequence[Found], bare: Sequence[Found]
) -> list[Measurement]:
    conditions = _conditions(plan, load)
    found = [
        compared(
            "network",
            mean(each.rate for each in ours),
            "1/s",
            ("transfers a second of a bare application", mean(each.rate for each in bare)),
            conditions | _rates(ours, bare),
        )
    ]
    found += [_latency(each, ours, bare, conditions) for each in (50, 99)]
    for name, of in _PARTS.items():
        value, against = (_microseconds(each, of) for each in (ours, bare))
        baseline = ("a bare application's, us", against)
        found.append(compared(f"network_{name}_cpu", value, "us", baseline, conditions))
    rejoined = [each.rejoined for each in ours if each.rejoined is not None]
    if rejoined:
        each_time = {"seconds": " ".join(f"{each:.1f}" for each in rejoined)}
        found.append(
            compared("network_rejoin", mean(rejoined), "s", ("none", 0.0), conditions | each_time)
        )
    return found


def _latency(
    percentile: int,
    ours: Sequence[Found],
    bare: Sequence[Found],
    conditions: dict[str, str | int],
) -> Measurement:
    value, against = (
        quantiles([one for found in side for one in found.latencies], n=_PERCENT)[percentile - 1]
        for side in (ours, bare)
    )
    baseline = ("a bare application's at the same rate, s", against)
    return compared(f"network_p{percentile}", value, "s", baseline, conditions)


def _microseconds(side: Sequence[Found], of: Callable[[Spent], float]) -> float:
    return mean(of(each.spent) for each in side) * 1e6


def _rates(ours: Sequence[Found], bare: Sequence[Found]) -> dict[str, str | int]:
    return {
        "rates": " ".join(f"{each.rate:.0f}" for each in ours),
        "bare_rates": " ".join(f"{each.rate:.0f}" for each in bare),
    }


def _conditions(plan: Planned, load: Load) -> dict[str, str | int]:
    return {
        "validators": plan.validators,
        "accounts": plan.accounts,
        "lots": plan.lots,
        "transfers": len(load.saturating),
        "paced_transfers": len(load.paced),
        "most_waiting": most_waiting(len(load.saturating)),
        "rounds": ROUNDS,
        "mempool_size": PACE.mempool_size,
        "recheck": "on",
        "timeout_propose_s": str(PACE.timeout_propose),
        "timeout_vote_s": str(PACE.timeout_vote),
        "timeout_commit_s": str(PACE.timeout_commit),
        "cores": os.cpu_count() or 0,
        "python": sys.version.split()[0],
    }
