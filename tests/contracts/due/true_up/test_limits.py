"""RB 4.11.1, 4.11.3, 4.11.5, 5.3.1: a year's limits are fixed once, and published of many."""

from dataclasses import replace

import pytest

from cfi.contracts.state.notices import NoticeKind
from cfi.contracts.state.rows.governance import Notice
from cfi.contracts.state.rows.programme import ProgrammeFigures
from cfi.contracts.state.rows.true_up import Stage
from cfi.contracts.state.table import number_key
from cfi.contracts.wire.quantities import Count, Tonnes, Year
from tests.contracts.due.true_up.late_story import Late, closed_with_surplus
from tests.contracts.filings import A, FilingLedger
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.rules.reports.audit import finalise
from tests.contracts.true_up import PHASE_1, TrueUpLedger


def notices(true_up: TrueUpLedger) -> list[Notice]:
    return [
        each
        for each in true_up.ledger.state.notices.all()
        if NoticeKind(each.kind) is NoticeKind.LIMITS_FIXED
    ]


def fixed(true_up: TrueUpLedger, year: int = 2003) -> ProgrammeFigures | None:
    """What the Exchange has of a year, published or not."""
    row = true_up.ledger.state.programme_years.of(EXCHANGE).get(number_key(year))
    return None if row is None else row.figures


class TestWhatIsPublished:
    def test_the_figures_of_all_and_the_limits_in_tonnes(self, true_up: TrueUpLedger) -> None:
        true_up.programme_wide(250_000_000, 240_000_000)
        true_up.reaches(2003, Stage.CURE)
        assert true_up.published(2003) == ProgrammeFigures(
            year=Year(2003),
            members=Count(3),
            baseline_tonnes=Tonnes(250_000_000),
            highest_baseline_tonnes=Tonnes(250_000_000),
            reports=Count(3),
            emissions_tonnes=Tonnes(240_000_000),
            sales_limit_tonnes=Tonnes(125_000),
            offset_limit_tonnes=Tonnes(1_250_000),
        )
        assert [each.subject for each in notices(true_up)] == ["2003"]

    def test_once_a_year_and_not_before_the_settlement(self, true_up: TrueUpLedger) -> None:
        for year in (2003, 2004):
            true_up.programme_wide(250_000_000, 240_000_000, year)
        true_up.reaches(2003, Stage.ELECTIONS)
        assert true_up.published(2003) is None
        true_up.reaches(2004, Stage.CLOSED)
        assert [each.subject for each in notices(true_up)] == ["2003", "2004"]

    def test_limits_are_rounded_down(self, true_up: TrueUpLedger) -> None:
        """0.05% of 251,999 t is 125.9995 t, 0.5% is 1,259.995 t: 12 CFIs."""
        true_up.programme_wide(251_999, 0)
        true_up.reaches(2003, Stage.CURE)
        row = true_up.published(2003)
        assert row is not None
        assert (row.sales_limit_tonnes, row.offset_limit_tonnes) == (125, 1_200)

    def test_where_the_programme_sets_no_limits_there_are_none(self, ledger: Ledger) -> None:
        true_up = TrueUpLedger(ledger, replace(PHASE_1, sales_limit=(), usable_offsets=()))
        true_up.programme_wide(250_000_000, 240_000_000)
        true_up.reaches(2003, Stage.CURE)
        row = true_up.published(2003)
        assert row is not None
        assert (row.sales_limit_tonnes, row.offset_limit_tonnes) == (None, 0)


class TestOfTooFewMembersNothingIsPublished:
    @pytest.mark.parametrize(
        ("members", "reports"), [(2, 2), (3, 2)], ids=["two Members", "two reports"]
    )
    def test_the_limits_hold_all_the_same(
        self, true_up: TrueUpLedger, members: int, reports: int
    ) -> None:
        true_up.programme_wide(100_000, 90_000, members=members, reports=reports)
        true_up.reaches(2003, Stage.CLOSED)
        assert true_up.published(2003) is None
        assert notices(true_up) == []
        row = fixed(true_up)
        assert row is not None
        assert (row.baseline_tonnes, row.sales_limit_tonnes) == (100_000, 50)
        assert true_up.offset_use(2003).limit == 5

    def test_how_few_is_the_programmes(self, ledger: Ledger) -> None:
        terms = replace(PHASE_1, fewest_members_published=Count(1))
        true_up = TrueUpLedger(ledger, terms)
        true_up.programme_wide(100_000, 90_000, members=1, reports=1)
        true_up.reaches(2003, Stage.CURE)
        assert true_up.published(2003) is not None


class TestWhatComesLaterChangesNothing:
    def test_a_report_that_becomes_final_in_the_cure(self, true_up: TrueUpLedger) -> None:
        filing = FilingLedger(true_up.ledger)
        true_up.programme_wide(250_000_000, 240_000_000)
        filing.under_audit()
        true_up.reaches(2003, Stage.CURE)
        before = true_up.published(2003)
        filing.does(finalise(), EXCHANGE)
        year = true_up.ledger.state.programme_years.of(EXCHANGE).get(number_key(2003))
        assert year is not None
        assert (year.emissions_tonnes, year.reports) == (240_095_400, 4)
        assert true_up.published(2003) == fixed(true_up) == before

    def test_nor_for_whom_the_limit_binds(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 10_000_000)
        true_up.allocated(member, 2003)
        true_up.emitted(member, 2003, 9_500_000)
        true_up.reaches(2003, Stage.CURE)
        true_up.programme_wide(300_000_000)
        true_up.reaches(2003, Stage.CLOSED)
        assert true_up.closing(member, 2003).special_reserve_tonnes == 175_000

    def test_nor_for_who_is_trued_up_late(self, true_up: TrueUpLedger) -> None:
        filing = closed_with_surplus(true_up)
        true_up.programme_wide(300_000_000)
        filing.acquires("works", 100_000, "2003-01-01")
        filing.adjusts()
        true_up.ledger.pass_time()
        assert true_up.closing(A, 2003).banked_tonnes == 125_000

    def test_a_late_members_true_up_publishes_nothing(self, story: Late) -> None:
        story.true_up.programme_wide(250_000_000, 240_000_000)
        story.true_up.reaches(2003, Stage.CLOSED)
        before = story.true_up.published(2003)
        story.enrols()
        story.allocated()
        story.reports(2003, 950_000)
        story.ledger.pass_time()
        assert story.late(2003) is None
        assert story.true_up.published(2003) == before
        assert [each.subject for each in notices(story.true_up)] == ["2003"]
