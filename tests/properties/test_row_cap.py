"""Whatever anybody sends, no act gives an owner more rows than acts may, and no work that is due
takes one over its cap.
"""

import random

import pytest

from cfi.contracts.state.table import OwnerKey
from cfi.contracts.wire.refusal import Refusal
from tests.contracts.ledger import Ledger
from tests.effort import effort
from tests.properties.anything import Anything

KEPT = 24
FOR_SAFETY = 4
ROOM = 1
"""Rows that the fullest owner may take when a story begins, and those for safety."""
STEPS = 150
STORIES = effort(sample=4, soak=400)
MODULES = ("cfi.contracts.state.view", "cfi.contracts.transition.room")


def counts(ledger: Ledger) -> dict[OwnerKey, int]:
    """Every owner's rows."""
    owners = (*ledger.overlay.owners(b"A"), *ledger.overlay.owners(b"H"))
    return {owner: ledger.overlay.row_count(owner) for owner in owners}


def test_no_owner_is_ever_over_its_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    met: dict[str, int] = {}
    for seed in range(STORIES):
        anything = Anything(random.Random(seed))
        ledger = anything.ledger
        most = max(counts(ledger).values()) + ROOM + FOR_SAFETY
        for module in MODULES:
            monkeypatch.setattr(f"{module}.MAX_ROWS_PER_OWNER", most + KEPT)
            monkeypatch.setattr(f"{module}.ROWS_KEPT_FOR_DUE_WORK", KEPT)
            monkeypatch.setattr(f"{module}.ROWS_KEPT_FOR_SAFETY", FOR_SAFETY)
        for step in range(STEPS):
            if step % 10 == 9:
                ledger.pass_time(20 * 86_400)
                assert max(counts(ledger).values()) <= most + KEPT
                continue
            before, height = counts(ledger), ledger.height
            anything.step()
            of_acts = most if ledger.height == height else most + KEPT
            for owner, count in counts(ledger).items():
                assert count <= max(of_acts, before.get(owner, 0)), owner
            if ledger.receipt is not None and not ledger.receipt.done:
                name = Refusal(ledger.receipt.code).name
                met[name] = met.get(name, 0) + 1
    full = ("ACCOUNT_FULL", "TOO_MANY_RECORDS", "NO_ROOM_FOR_RECORDS")
    assert sum(met.get(name, 0) for name in full) > 0, "nothing was ever full"
