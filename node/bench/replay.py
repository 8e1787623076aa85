"""Replaying a history against the rate at which it was made: signatures, rules, roots, receipts and
headers, with the independent model beside.
"""

import tempfile
import time
from pathlib import Path

from cfi.client.audit.auditor import audit
from cfi.client.audit.beginning import Beginning
from cfi.client.audit.sources import read_records
from cfi.contracts.wire.blocks import consensus_hash
from cfi.contracts.wire.limits import MAX_BLOCK_BYTES, MAX_BLOCK_GAS
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.signatures import public_key_of
from cfi.node.bench.measurement import Measurement, compared
from cfi.node.bench.transfers import load, transfers_of
from cfi.node.bench.world import CHAIN_ID, GENESIS_TIME, Sizes, build, seed_of
from cfi.node.consensus.embedded import single_validator

_WORKERS = 1


def measure(accounts: int, lots: int, seconds: float) -> list[Measurement]:
    """Transfers replayed a second against transfers decided a second, in one run."""
    sizes = Sizes(accounts, lots)
    signed = transfers_of(sizes, seconds)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        live, _ = load(home, sizes, signed)
        beginning = _beginning(sizes)
        begun = time.perf_counter()
        findings = audit(beginning, read_records(home / "blocks"), _WORKERS, lambda _, __: None)
        elapsed = time.perf_counter() - begun
    if not findings.agrees or findings.transactions != len(signed):
        raise RuntimeError(f"the replay disagrees: {findings.disagreement}")
    conditions: dict[str, str | int] = {
        "accounts": accounts,
        "lots": lots,
        "transfers": len(signed),
        "workers": _WORKERS,
    }
    rate = len(signed) / elapsed
    baseline = ("transfers a second when the history was made", live)
    return [compared("replay", rate, "1/s", baseline, conditions)]


def _beginning(sizes: Sizes) -> Beginning:
    state, rows = build(sizes)
    return Beginning(
        chain_id=CHAIN_ID,
        genesis_hash=Hash(bytes(32)),
        genesis_time=GENESIS_TIME,
        app_version=1,
        consensus_hash=consensus_hash(MAX_BLOCK_BYTES, MAX_BLOCK_GAS),
        validators=single_validator(public_key_of(seed_of("validator")), 1_000),
        state=state,
        rows=rows,
    )
