"""RB 4.7: a year's true-up is put on the calendar."""

from operator import itemgetter

import pytest

from cfi.contracts.figures.dates import start_of_day
from cfi.contracts.state.rows.true_up import Stage
from cfi.contracts.state.table import number_key
from cfi.contracts.wire.messages.true_up.schedule_true_up import ScheduleTrueUp
from cfi.contracts.wire.quantities import Year
from tests.contracts.ledger import EXCHANGE
from tests.contracts.true_up import TrueUpLedger


class TestWhatSchedulingDoes:
    def test_the_dates_are_the_programmes_in_the_next_year(self, true_up: TrueUpLedger) -> None:
        true_up.scheduled(2003)
        row = true_up.ledger.state.true_ups.get(number_key(2003))
        assert row is not None
        assert row.stage is Stage.SCHEDULED
        assert row.opens_at == start_of_day(2004, 5, 1)
        assert row.closes_at == start_of_day(2004, 7, 1)
        assert row.opens_at <= row.elections_at <= row.settles_at <= row.cure_at <= row.closes_at
        true_up.ledger.done(opens_at=row.opens_at, closes_at=row.closes_at)

    def test_the_last_of_june_is_the_last_day_to_deliver(self, true_up: TrueUpLedger) -> None:
        true_up.scheduled(2003)
        true_up.ledger.pass_time(to=start_of_day(2004, 7, 1) - 1)
        assert true_up.stage(2003) is Stage.CURE
        true_up.ledger.pass_time(1)
        assert true_up.stage(2003) is Stage.CLOSED


LATE = [
    ("a second before it opens", start_of_day(2004, 5, 1) - 1, start_of_day(2004, 5, 1)),
    ("the moment at which it would open", start_of_day(2004, 5, 1), start_of_day(2004, 5, 2)),
    ("after it would have closed", start_of_day(2004, 7, 5) + 3_600, start_of_day(2004, 7, 6)),
]


class TestSchedulingLate:
    @pytest.mark.parametrize(("sentence", "now", "opens_at"), LATE, ids=map(itemgetter(0), LATE))
    def test_every_stage_has_its_whole_time(
        self, true_up: TrueUpLedger, sentence: str, now: int, opens_at: int
    ) -> None:
        true_up.ledger.pass_time(to=now)
        true_up.scheduled(2003)
        row = true_up.ledger.state.true_ups.get(number_key(2003))
        assert row is not None
        assert row.opens_at == row.elections_at == row.due_at == opens_at, sentence
        days = [(at - row.opens_at) // 86_400 for at in (row.settles_at, row.cure_at, row.closes_at)]
        assert days == [31, 32, 61]

    def test_nothing_is_settled_by_the_next_block(self, true_up: TrueUpLedger) -> None:
        true_up.ledger.pass_time(to=start_of_day(2004, 7, 5))
        true_up.scheduled(2003)
        assert true_up.ledger.pass_time(1) == 0
        assert true_up.stage(2003) is Stage.SCHEDULED


REFUSALS = [
    ("a year before the programme", 2002, "YEAR_NOT_IN_PROGRAMME"),
    ("a year after the programme", 2007, "YEAR_NOT_IN_PROGRAMME"),
    ("a year that is scheduled already", 2003, "TRUE_UP_SCHEDULED_BEFORE"),
]


@pytest.mark.parametrize(("sentence", "year", "code"), REFUSALS, ids=map(itemgetter(0), REFUSALS))
def test_refusal(true_up: TrueUpLedger, sentence: str, year: int, code: str) -> None:
    true_up.scheduled(2003)
    before = true_up.ledger.tables()
    true_up.ledger.when(ScheduleTrueUp(compliance_year=Year(year)), EXCHANGE)
    true_up.ledger.refused(code, "RB 4.7", {"compliance_year": year})
    assert true_up.ledger.tables() == before
