"""Ours: a stage of a true-up may go on for longer, under four eyes."""

from dataclasses import replace
from operator import itemgetter

import pytest

from cfi.contracts.figures.dates import start_of_day
from cfi.contracts.state.changes import put_public
from cfi.contracts.state.rows.true_up import TRUE_UPS, Stage
from cfi.contracts.state.table import number_key
from cfi.contracts.wire.messages.true_up.extend_stage import ExtendStage
from cfi.contracts.wire.quantities import Instant, SmallCode, Year
from cfi.contracts.wire.refusal import Fact
from tests.contracts.ledger import EXCHANGE
from tests.contracts.true_up import TrueUpLedger

LATER = start_of_day(2004, 7, 31)


def extend(stage: int, begins_at: int, year: int = 2003) -> ExtendStage:
    return ExtendStage(
        compliance_year=Year(year), stage=SmallCode(int(stage)), begins_at=Instant(begins_at)
    )


class TestWhatExtendingDoes:
    def test_the_cure_goes_on_until_the_later_date(self, true_up: TrueUpLedger) -> None:
        true_up.reaches(2003, Stage.CURE)
        true_up.ledger.when_both(extend(Stage.CLOSING, LATER))
        true_up.ledger.done()
        true_up.ledger.pass_time(to=LATER - 1)
        assert true_up.stage(2003) is Stage.CURE
        true_up.ledger.pass_time(to=LATER)
        assert true_up.stage(2003) is Stage.CLOSED

    def test_a_stage_that_is_further_off_begins_later(self, true_up: TrueUpLedger) -> None:
        true_up.scheduled(2003)
        true_up.ledger.when_both(extend(Stage.CLOSING, LATER))
        row = true_up.ledger.state.true_ups.get(number_key(2003))
        assert row is not None
        assert (row.closes_at, row.due_at) == (LATER, row.opens_at)


    def test_elections_that_were_to_begin_with_the_opening_may_begin_after_it(
        self, true_up: TrueUpLedger
    ) -> None:
        true_up.scheduled(2003)
        true_up.member("company-a", 100_000)
        opens, elections = start_of_day(2004, 5, 1), start_of_day(2004, 5, 15)
        true_up.ledger.when_both(extend(Stage.ELECTIONS, elections))
        true_up.ledger.pass_time(to=opens)
        assert true_up.stage(2003) is Stage.OPEN
        assert true_up.obligation("company-a", 2003).short_tonnes == 102_000
        true_up.ledger.pass_time(to=elections)
        assert true_up.stage(2003) is Stage.ELECTIONS

    def test_while_the_work_of_a_stage_goes_on_its_end_is_not_due(
        self, true_up: TrueUpLedger
    ) -> None:
        true_up.scheduled(2003)
        row = true_up.ledger.state.true_ups.get(number_key(2003))
        assert row is not None
        working = replace(row, stage=Stage.OPEN, due_at=None)
        true_up.ledger.given(put_public(TRUE_UPS, working))
        true_up.ledger.when_both(extend(Stage.ELECTIONS, start_of_day(2004, 5, 15)))
        row = true_up.ledger.state.true_ups.get(number_key(2003))
        assert row is not None
        assert (row.elections_at, row.due_at) == (start_of_day(2004, 5, 15), None)


REFUSALS: list[tuple[str, ExtendStage, str, str, dict[str, Fact]]] = [
    (
        "a year that isn't on the calendar",
        extend(Stage.CLOSING, LATER, 2004),
        "TRUE_UP_NOT_SCHEDULED",
        "RB 4.7",
        {"compliance_year": 2004},
    ),
    ("no such stage", extend(99, LATER), "UNKNOWN_STAGE", "ours", {"stage": 99}),
    (
        "a stage that has begun",
        extend(Stage.ELECTIONS, LATER),
        "STAGE_HAS_BEGUN",
        "ours",
        {"stage": 3},
    ),
    ("no later than before", extend(Stage.CLOSING, 0), "NOT_LATER", "ours", {"begins_at": 0}),
    (
        "after the stage that follows",
        extend(Stage.CURE, LATER),
        "STAGES_OUT_OF_ORDER",
        "ours",
        {"begins_at": LATER},
    ),
]


@pytest.mark.parametrize(
    ("sentence", "message", "code", "section", "facts"), REFUSALS, ids=map(itemgetter(0), REFUSALS)
)
def test_refusal(
    true_up: TrueUpLedger,
    sentence: str,
    message: ExtendStage,
    code: str,
    section: str,
    facts: dict[str, Fact],
) -> None:
    true_up.reaches(2003, Stage.ELECTIONS)
    before = true_up.ledger.tables()
    true_up.ledger.when(message, EXCHANGE)
    true_up.ledger.refused(code, section, facts)
    assert true_up.ledger.tables() == before
