"""RB 4.3, 5.3: through sequences of messages of every family, tonnes are conserved.

No serial is in two places, each account's first row adds up to its lots, and a refused act changes
nothing; whatever a message says, no rule raises anything but a refusal.
"""

import random
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cfi.contracts.state.changes import put
from cfi.contracts.state.rows.custody import LOTS, Lot, RetiredLot
from cfi.contracts.state.table import account_owner
from cfi.contracts.wire.messages.catalogue import NUMBERS
from tests.contracts.ledger import Ledger
from tests.effort import effort
from tests.properties.anything import Anything

KINDS_DONE = 35
"""Of all kinds of messages, so many at least are done in the fixed stories."""
STORIES = 25
STEPS = 200
ALLOWED_STEPS = 25
Kind = tuple[int, int]


def holdings(ledger: Ledger) -> Iterator[tuple[str, Lot | RetiredLot]]:
    """Every account's lots, held and retired."""
    state = ledger.state
    for holder_id in state.holder_ids():
        for account_id in state.account_ids(holder_id):
            for lot in ledger.lots(account_id):
                yield account_id, lot
            for retired in state.retired.of(account_id).all():
                yield account_id, retired


def check_conservation(ledger: Ledger) -> None:
    """What was issued is held, retired, cancelled or sold outside."""
    counts: Counter[Kind] = Counter()
    for _, row in holdings(ledger):
        counts[row.instrument, row.vintage] += row.tonnes
    for supply in ledger.state.supply.all():
        gone = supply.cancelled + supply.sold_outside
        assert counts.pop((supply.instrument, supply.vintage), 0) == supply.issued - gone
    assert not counts, "tonnes that were never issued"


def check_serials(ledger: Ledger) -> None:
    """No serial is in two places."""
    ranges = sorted(
        (row.instrument, row.vintage, row.first, row.first + row.tonnes - 1)
        for _, row in holdings(ledger)
    )
    for before, after in pairwise(ranges):
        assert before[:2] != after[:2] or before[3] < after[2], "a serial twice"


def check_first_rows(ledger: Ledger) -> None:
    """The totals in an account's first row are those of its lots."""
    counts: dict[str, Counter[Kind]] = {}
    for account_id, row in holdings(ledger):
        counts.setdefault(account_id, Counter())[row.instrument, row.vintage] += row.tonnes
    for holder_id in ledger.state.holder_ids():
        for account_id in ledger.state.account_ids(holder_id):
            summary = ledger.overlay.summary(account_owner(account_id))
            assert summary is not None
            told = {(row.instrument, row.vintage): row.tonnes for row in summary.totals}
            assert told == dict(counts.get(account_id, Counter()))


def check(ledger: Ledger) -> None:
    """All of these."""
    check_conservation(ledger)
    check_serials(ledger)
    check_first_rows(ledger)


class Everything(RuleBasedStateMachine):
    """Messages of all kinds, as chance has it; a failing example is replayed from its seeds."""

    anything: Anything

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        """A programme whose Members have their allowances."""
        self.anything = Anything(random.Random(seed))

    @rule(seed=st.integers(0, 2**32), steps=st.integers(1, ALLOWED_STEPS))
    def play(self, seed: int, steps: int) -> None:
        self.anything.chance.seed(seed)
        for _ in range(steps):
            self.anything.step()

    @rule(days=st.integers(0, 400))
    def time_passes(self, days: int) -> None:
        self.anything.ledger.pass_time(days * 86_400)

    @invariant()
    def the_books_are_sound(self) -> None:
        check(self.anything.ledger)


Everything.TestCase.settings = settings(
    max_examples=effort(sample=20, soak=2_000), stateful_step_count=15, deadline=None
)
TestEverything = Everything.TestCase


def test_most_kinds_of_messages_are_done_and_all_are_tried() -> None:
    done: set[str] = set()
    tried: set[str] = set()
    for seed in range(STORIES):
        anything = Anything(random.Random(seed))
        for _ in range(STEPS):
            anything.step()
        check(anything.ledger)
        done |= anything.done
        tried |= anything.tried
    assert tried == {kind.__name__ for kind in NUMBERS}
    assert len(done) >= KINDS_DONE, sorted(tried - done)


class TestThatTheChecksCanFail:
    """Books that were spoilt behind the rules' back."""

    def test_a_lot_from_nowhere(self) -> None:
        ledger = Anything(random.Random(0)).ledger
        (lot, *_) = ledger.lots("company-a/1")
        ledger.given(put(LOTS, "company-a/3", lot))
        for each in (check_conservation, check_serials):
            with pytest.raises(AssertionError):
                each(ledger)
