"""RB 2.7.1, 4.7, 6.5.6: years are trued up late for who enrolled late or got allowances late."""

import pytest

from cfi.contracts.due.true_up.claims import claim_offsets
from cfi.contracts.state.changes import NO_CHANGES, drop
from cfi.contracts.state.compliance import may_sell
from cfi.contracts.state.rows.custody import LOTS, Restriction
from cfi.contracts.state.rows.true_up import ComplianceStatus, Stage, TrueUpWork, Work
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.messages.true_up.elect_surrender import ChosenLot, ElectSurrender
from cfi.contracts.wire.quantities import Tonnes, Year
from cfi.contracts.wire.refusal import Fact
from cfi.contracts.wire.text import AccountId, HolderId
from tests.contracts.due.true_up.late_story import DAY, HELD, LATE, Late, closed_with_surplus
from tests.contracts.filings import A, FilingLedger, adjust, day
from tests.contracts.ledger import EXCHANGE
from tests.contracts.true_up import TrueUpLedger


class TestAMemberThatEnrolsAfterAClose:
    def test_its_allowances_of_the_closed_year_are_held_for_that_year(self, enrolled: Late) -> None:
        assert enrolled.bars() == {2003: HELD, 2004: Restriction.NO_SALE, 2005: 0, 2006: 0}

    def test_it_has_the_90_days_to_report_and_as_many_until_the_close(self, enrolled: Late) -> None:
        late = enrolled.late(2003)
        assert late is not None
        assert late.closes_at == late.due_at == day("2005-01-10") + 180 * DAY
        assert enrolled.late(2004) is None

    def test_one_allocated_to_long_after_its_admission_has_90_days(self, story: Late) -> None:
        story.true_up.reaches(2003, Stage.CLOSED)
        story.enrols("2005-01-10")
        story.ledger.pass_time(to=day("2005-12-01"))
        story.allocated()
        late = story.late(2003)
        assert late is not None
        assert late.closes_at == day("2005-12-01") + 90 * DAY

    def test_its_final_report_settles_the_year(self, enrolled: Late) -> None:
        enrolled.reports(2003, 950_000)
        enrolled.ledger.pass_time()
        row = enrolled.true_up.obligation(LATE, 2003)
        assert (row.owed_tonnes, row.short_tonnes, row.reported) == (950_000, 0, True)
        assert row.status is ComplianceStatus.IN_COMPLIANCE
        assert enrolled.late(2003) is None
        retired = enrolled.ledger.state.retired.of("late/2").all()
        assert [(lot.tonnes, lot.vintage, lot.compliance_year) for lot in retired] == [
            (950_000, 2003, 2003)
        ]

    def test_a_report_final_before_the_allocation_settles_it_at_once(self, story: Late) -> None:
        story.true_up.reaches(2003, Stage.CLOSED)
        story.enrols()
        story.reports(2003, 950_000)
        story.allocated()
        assert story.true_up.obligation(LATE, 2003).status is ComplianceStatus.IN_COMPLIANCE

    def test_what_is_left_of_years_before_is_neither_sold_nor_banked(self, enrolled: Late) -> None:
        enrolled.reports(2003, 950_000)
        enrolled.ledger.pass_time()
        closing = enrolled.true_up.closing(LATE, 2003)
        assert (closing.banked_tonnes, closing.barred_tonnes) == (0, 40_000)
        assert enrolled.true_up.marked(LATE, 2003, HELD) == 40_000
        enrolled.true_up.reaches(2004, Stage.ELECTIONS)
        (lot,) = (lot for lot in enrolled.ledger.lots("late/1") if lot.vintage == 2003)
        chosen = ChosenLot(account_id=AccountId("late/1"), lot_id=lot.lot_id, tonnes=Tonnes(100))
        enrolled.ledger.when(ElectSurrender(compliance_year=Year(2004), lots=(chosen,)), LATE)
        facts: dict[str, Fact] = {
            "lot_id": lot.lot_id,
            "compliance_year": 2004,
            "restriction": "NO_COMPLIANCE",
        }
        enrolled.ledger.refused("LOT_RESTRICTED", "RB 2.7.1", facts)

    def test_without_a_report_it_owes_the_most_that_is_recognised(self, enrolled: Late) -> None:
        enrolled.ledger.pass_time(180 * DAY - 1)
        assert list(enrolled.ledger.state.obligations.of(LATE).keys()) == []
        enrolled.ledger.pass_time(1)
        row = enrolled.true_up.obligation(LATE, 2003)
        assert (row.owed_tonnes, row.short_tonnes, row.reported) == (1_020_000, 30_000, False)
        assert row.status is ComplianceStatus.OUT_OF_COMPLIANCE
        shortfalls = enrolled.ledger.state.shortfalls.of(LATE).all()
        assert [(each.year, each.short_tonnes) for each in shortfalls] == [(2003, 30_000)]
        assert not may_sell(enrolled.ledger.state, LATE)

    def test_all_closed_years_are_settled_in_order(self, story: Late) -> None:
        story.true_up.reaches(2003, Stage.CLOSED)
        story.true_up.emitted(A, 2004, 980_000)
        story.true_up.reaches(2004, Stage.CLOSED)
        story.enrols("2005-08-01", first_year=2006)
        story.allocated()
        assert story.bars() == {2003: HELD, 2004: HELD, 2005: Restriction.NO_SALE, 2006: 0}
        for year in (2004, 2003):
            story.reports(year, 950_000)
        story.ledger.pass_time()
        barred = [story.true_up.closing(LATE, year).barred_tonnes for year in (2003, 2004)]
        assert barred == [40_000, 30_000]
        assert story.bars()[2004] == HELD


class TestALateMemberThatIsShort:
    @pytest.fixture
    def short(self, enrolled: Late) -> Late:
        """It emitted 10,000 t more than it was allocated."""
        enrolled.reports(2003, 1_000_000)
        enrolled.ledger.pass_time()
        return enrolled

    def test_all_of_that_vintage_is_taken_and_nothing_of_a_later_one(self, short: Late) -> None:
        assert sorted(short.bars()) == [2004, 2005, 2006]
        row = short.true_up.obligation(LATE, 2003)
        assert (row.short_tonnes, row.status) == (10_000, ComplianceStatus.PENDING)
        assert may_sell(short.ledger.state, LATE)

    def test_it_may_deliver_until_the_late_close(self, short: Late) -> None:
        short.delivers(LATE, short.ledger.given_lot("late/1", 10_000, 2003), 10_000, 2003)
        short.ledger.pass_time(180 * DAY)
        row = short.true_up.obligation(LATE, 2003)
        assert (row.surrendered_tonnes, row.status) == (1_000_000, ComplianceStatus.IN_COMPLIANCE)

    def test_what_it_bought_is_taken_at_the_late_close(self, short: Late) -> None:
        short.ledger.given_lot("late/1", 10_000, 2003)
        short.ledger.pass_time(180 * DAY)
        assert short.true_up.obligation(LATE, 2003).status is ComplianceStatus.IN_COMPLIANCE

    def test_then_it_is_out_of_compliance_and_sells_nothing_until_it_delivers(
        self, short: Late
    ) -> None:
        short.ledger.pass_time(180 * DAY)
        row = short.true_up.obligation(LATE, 2003)
        assert (row.short_tonnes, row.status) == (10_000, ComplianceStatus.OUT_OF_COMPLIANCE)
        assert not may_sell(short.ledger.state, LATE)
        short.delivers(LATE, short.ledger.given_lot("late/1", 10_000, 2003), 10_000, 2003)
        assert may_sell(short.ledger.state, LATE)


class TestAllocatedWhileATrueUpRuns:
    def test_before_the_settlement_it_goes_with_the_others(self, story: Late) -> None:
        story.true_up.reaches(2003, Stage.ELECTIONS)
        story.enrols("2004-05-02")
        story.allocated()
        assert (story.bars()[2003], story.late(2003)) == (Restriction.NO_SALE, None)

    def test_after_the_settlement_it_waits_for_the_others_close(self, story: Late) -> None:
        story.true_up.reaches(2003, Stage.CURE)
        story.enrols("2004-06-05")
        story.allocated()
        assert story.bars()[2003] == HELD
        story.reports(2003, 950_000)
        story.ledger.pass_time()
        assert story.true_up.stage(2003) is Stage.CURE
        assert list(story.ledger.state.obligations.of(LATE).keys()) == []
        late = story.late(2003)
        assert late is not None
        assert late.due_at == story.ledger.now + DAY
        story.ledger.pass_time(to=day("2004-07-03"))
        story.ledger.pass_time(DAY)
        assert story.true_up.obligation(LATE, 2003).status is ComplianceStatus.IN_COMPLIANCE

    def test_the_others_true_up_leaves_it_out(self, story: Late) -> None:
        story.true_up.reaches(2003, Stage.CURE)
        story.enrols("2004-06-05")
        story.allocated()
        holder = story.ledger.state.holders.get(LATE)
        assert holder is not None
        context = story.ledger.context(EXCHANGE, "officer-1")
        work = TrueUpWork(
            year=Year(2003),
            exchange=HolderId(EXCHANGE),
            work=Work.CLAIMS,
            after=None,
            since=story.ledger.now,
            progress=None,
        )
        assert claim_offsets(story.ledger.state, holder, work, context) == (NO_CHANGES, None)

    def test_an_obligation_that_is_still_to_close_takes_what_comes(self, story: Late) -> None:
        story.enrols("2004-01-10")
        story.true_up.emitted(LATE, 2003, 950_000)
        story.true_up.reaches(2003, Stage.CURE)
        story.allocated()
        assert (story.bars()[2003], story.late(2003)) == (Restriction.NO_SALE, None)
        story.true_up.reaches(2003, Stage.CLOSED)
        assert story.true_up.obligation(LATE, 2003).status is ComplianceStatus.IN_COMPLIANCE


class TestAYearThatClosesAnew:
    """RB 6.5.4 to 6.5.6: a facility bought or sold is reported after the years it counts in closed."""

    def test_allowances_issued_for_a_closed_year_are_held_for_it(self, story: Late) -> None:
        story.true_up.reaches(2003, Stage.CLOSED)
        story.filing.acquires("works", 200_000, "2003-01-01")
        story.filing.adjusts()
        assert story.true_up.marked(A, 2003, HELD) == 198_000
        assert story.true_up.marked(A, 2004, Restriction.NONE) == 1_176_000

    def test_the_limits_apply_to_what_is_then_left(self, story: Late) -> None:
        story.true_up.reaches(2003, Stage.CLOSED)
        story.filing.acquires("works", 200_000, "2003-01-01")
        story.filing.adjusts()
        story.ledger.pass_time()
        closing, row = story.true_up.closing(A, 2003), story.true_up.obligation(A, 2003)
        assert (row.baseline_tonnes, row.target_tonnes) == (1_200_000, 1_188_000)
        assert (row.owed_tonnes, row.surrendered_tonnes) == (990_000, 990_000)
        assert row.status is ComplianceStatus.IN_COMPLIANCE
        assert (closing.banked_tonnes, closing.super_reduction_tonnes) == (36_000, 162_000)
        assert story.true_up.marked(A, 2003, Restriction.NONE) == 36_000
        assert story.true_up.marked(A, 2003, Restriction.SUPER_REDUCTION) == 162_000
        assert story.late(2003, A) is None

    def test_what_was_marked_before_is_not_marked_again(self, true_up: TrueUpLedger) -> None:
        filing = closed_with_surplus(true_up)
        assert true_up.marked(A, 2003, Restriction.SPECIAL_RESERVE) == 175_000
        filing.acquires("works", 100_000, "2003-01-01")
        filing.adjusts()
        true_up.ledger.pass_time()
        closing = true_up.closing(A, 2003)
        assert closing.super_reduction_tonnes == 196_000
        assert closing.special_reserve_tonnes == 178_000
        assert closing.banked_tonnes == 125_000
        assert true_up.marked(A, 2003, Restriction.SUPER_REDUCTION) == 196_000
        assert true_up.marked(A, 2003, Restriction.SPECIAL_RESERVE) == 178_000

    def test_they_make_good_a_shortfall_whose_record_stays(self, story: Late) -> None:
        story.true_up.emitted(A, 2003, 1_000_000)
        story.true_up.reaches(2003, Stage.CLOSED)
        assert story.true_up.obligation(A, 2003).short_tonnes == 10_000
        story.filing.acquires("works", 5_000, "2003-01-01")
        story.filing.adjusts()
        story.ledger.pass_time()
        row = story.true_up.obligation(A, 2003)
        # 4,950 t of a larger baseline, in whole CFIs.
        assert (row.owed_tonnes, row.short_tonnes) == (1_000_000, 5_000)
        assert row.status is ComplianceStatus.OUT_OF_COMPLIANCE
        story.delivers(A, story.ledger.given_lot("company-a/1", 5_000, 2003), 5_000, 2003)
        story.filing.acquires("mill", 5_000, "2003-01-01")
        story.filing.adjusts()
        story.ledger.pass_time()
        row = story.true_up.obligation(A, 2003)
        assert (row.short_tonnes, row.status) == (0, ComplianceStatus.OUT_OF_COMPLIANCE)
        (shortfall,) = story.ledger.state.shortfalls.of(A).all()
        assert shortfall.short_tonnes == 5_000

    def test_who_was_judged_without_a_report_still_owes_the_most_recognised(
        self, true_up: TrueUpLedger
    ) -> None:
        filing = FilingLedger(true_up.ledger)
        filing.established()
        filing.allocated()
        true_up.reaches(2003, Stage.CLOSED)
        true_up.emitted(A, 2003, 500_000)
        filing.acquires("works", 100_000, "2003-01-01")
        filing.adjusts()
        true_up.ledger.pass_time()
        row = true_up.obligation(A, 2003)
        assert (row.owed_tonnes, row.reported) == (1_122_000, False)
        assert row.status is ComplianceStatus.OUT_OF_COMPLIANCE

    def test_what_lacks_after_the_last_close_is_owed_bars_sales_and_can_be_delivered(
        self, story: Late
    ) -> None:
        for year, tonnes in ((2004, 980_000), (2005, 970_000), (2006, 720_000)):
            story.true_up.emitted(A, year, tonnes)
        for year in (2003, 2004, 2005, 2006):
            story.true_up.reaches(year, Stage.CLOSED)
        (left,) = story.ledger.lots("company-a/1")[:1]
        assert may_sell(story.ledger.state, A)
        self._gone(story)
        story.filing.sells("plant-1", 500_000, "2006-07-01")
        story.filing.adjusts()
        lacking = story.filing.allocations()[2006].owed_tonnes
        assert lacking == -story.filing.allocations()[2006].adjusted_tonnes
        story.ledger.pass_time()
        row = story.true_up.obligation(A, 2006)
        assert (row.carried_tonnes, row.short_tonnes) == (lacking, lacking)
        assert row.status is ComplianceStatus.OUT_OF_COMPLIANCE
        assert not may_sell(story.ledger.state, A)
        bought = story.ledger.given_lot("company-a/1", lacking, left.vintage)
        story.delivers(A, bought, lacking, 2006)
        assert may_sell(story.ledger.state, A)

    def _gone(self, story: Late) -> None:
        """All that company A had left is another's."""
        for lot in story.ledger.lots("company-a/1"):
            story.ledger.given(drop(LOTS, "company-a/1", lot))

    def test_the_member_has_room_for_the_record(
        self, story: Late, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        story.true_up.reaches(2003, Stage.CLOSED)
        story.filing.acquires("works", 200_000, "2003-01-01")
        monkeypatch.setattr(StateView, "holder_has_room_for_safety", lambda *_: False)
        story.ledger.when(adjust(story.ledger), EXCHANGE)
        story.ledger.refused("TOO_MANY_RECORDS", "RB 6.5.6", {})

    def test_a_year_still_to_be_trued_up_late_counts_the_change(self, enrolled: Late) -> None:
        enrolled.filing.acquires("works", 200_000, "2003-01-01", by=LATE)
        before = enrolled.late(2003)
        enrolled.ledger.pass_time(100 * DAY)
        enrolled.filing.adjusts(LATE)
        assert enrolled.late(2003) == before
        assert enrolled.true_up.marked(LATE, 2003, HELD) == 1_188_000
        enrolled.reports(2003, 1_150_000)
        enrolled.ledger.pass_time()
        row = enrolled.true_up.obligation(LATE, 2003)
        assert (row.owed_tonnes, row.short_tonnes) == (1_150_000, 0)
