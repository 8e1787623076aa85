"""RB 4.7, 4.11.5, 12.4: what is retired, in which order, and what goes back."""

from dataclasses import replace

from cfi.contracts.state.changes import put
from cfi.contracts.state.compliance import may_sell
from cfi.contracts.state.rows.custody import LOTS, Lock, LockReason, Restriction
from cfi.contracts.state.rows.reports import ReportState
from cfi.contracts.state.rows.true_up import ELECTIONS, ComplianceStatus, Election, Stage
from cfi.contracts.state.table import number_key
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import Count, Tonnes, Year
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId
from tests.contracts.ledger import Ledger
from tests.contracts.true_up import PHASE_2, TrueUpLedger


class TestWhatIsOwed:
    def test_all_included_emissions_not_only_the_shortfall(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 100_000)
        true_up.emitted(member, 2003, 98_049)
        true_up.reaches(2003, Stage.ELECTIONS)
        assert true_up.obligation(member, 2003).owed_tonnes == 98_000

    def test_no_more_than_the_growth_provision_recognises(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 100_000)
        true_up.emitted(member, 2003, 110_000)
        true_up.reaches(2003, Stage.ELECTIONS)
        row = true_up.obligation(member, 2003)
        assert (row.emissions_tonnes, row.owed_tonnes) == (110_000, 102_000)

    def test_allowances_still_to_be_returned_come_on_top(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 100_000)
        true_up.allocated(member, 2003, owed=300)
        true_up.emitted(member, 2003, 98_000)
        true_up.reaches(2003, Stage.ELECTIONS)
        assert true_up.obligation(member, 2003).owed_tonnes == 98_300

    def test_a_report_that_becomes_final_before_the_settlement_counts(
        self, true_up: TrueUpLedger
    ) -> None:
        member = true_up.member("company-a", 100_000)
        true_up.allocated(member, 2003)
        true_up.emitted(member, 2003, 90_000, ReportState.UNDER_AUDIT)
        true_up.reaches(2003, Stage.ELECTIONS)
        assert true_up.obligation(member, 2003).owed_tonnes == 102_000
        true_up.emitted(member, 2003, 90_000)
        true_up.reaches(2003, Stage.CURE)
        assert true_up.obligation(member, 2003).surrendered_tonnes == 90_000

    def test_who_has_no_baseline_owes_nothing(self, true_up: TrueUpLedger) -> None:
        true_up.reaches(2003, Stage.CLOSED)
        assert true_up.ledger.state.obligations.of("company-a").get(number_key(2003)) is None

    def test_a_year_that_does_not_bind_owes_nothing(self, ledger: Ledger) -> None:
        true_up = TrueUpLedger(ledger, PHASE_2)
        member = true_up.member("company-a", 100_000, first_year=2007)
        true_up.reaches(2006, Stage.CLOSED)
        assert ledger.state.obligations.of(member).get(number_key(2006)) is None

    def test_an_associate_owes_nothing_here(self, true_up: TrueUpLedger) -> None:
        holder = true_up.ledger.given_holder("associate", HolderClass.ASSOCIATE_MEMBER)
        true_up.member(holder, 100_000)
        true_up.reaches(2003, Stage.CURE)
        assert true_up.ledger.state.obligations.of(holder).get(number_key(2003)) is None


class TestWhatIsTaken:
    def test_the_earliest_vintage_first_from_who_chose_nothing(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 100_000)
        true_up.emitted(member, 2004, 500)
        true_up.ledger.given_lot("company-a/1", 400, 2004)
        true_up.ledger.given_lot("company-a/1", 300, 2003)
        true_up.ledger.given_lot("company-a/1", 300, 2005)
        true_up.reaches(2004, Stage.CURE)
        assert true_up.ledger.retired("company-a/2") == [
            "XA-2003-0000000001-0000000300",
            "XA-2004-0000000201-0000000400",
        ]
        assert true_up.ledger.held("company-a/1") == [
            "XA-2004-0000000001-0000000200",
            "XA-2005-0000000001-0000000300",
        ]

    def test_what_was_chosen_in_the_order_chosen(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 100_000)
        true_up.emitted(member, 2004, 500)
        later = true_up.ledger.given_lot("company-a/1", 400, 2004)
        earlier = true_up.ledger.given_lot("company-a/1", 300, 2003)
        true_up.reaches(2004, Stage.ELECTIONS)
        true_up.elects(member, 2004, (later, 400), (earlier, 300))
        true_up.reaches(2004, Stage.CURE)
        assert true_up.ledger.retired("company-a/2") == [
            "XA-2003-0000000201-0000000300",
            "XA-2004-0000000001-0000000400",
        ]
        (rest,) = true_up.ledger.lots("company-a/1")
        assert (rest.tonnes, rest.lock) == (200, None)

    def test_what_may_not_be_used_stays(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 100_000)
        true_up.emitted(member, 2003, 500)
        for restriction in (
            Restriction.NO_COMPLIANCE,
            Restriction.SPECIAL_RESERVE,
            Restriction.SUPER_REDUCTION,
        ):
            true_up.ledger.given_lot("company-a/1", 500, 2003, restrictions=restriction)
        true_up.ledger.given_lot("company-a/1", 500, 2003, restrictions=Restriction.NO_SALE)
        true_up.reaches(2003, Stage.CURE)
        assert true_up.ledger.retired("company-a/2") == ["XA-2003-0000001501-0000002000"]

    def test_no_choice_of_the_closed_year_is_left(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 100_000)
        true_up.allocated(member, 2003)
        true_up.reaches(2003, Stage.CURE)
        assert list(true_up.ledger.state.elections.of(member).all()) == []

    def test_a_choice_for_another_year_stays(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 100_000)
        true_up.emitted(member, 2003, 100)
        true_up.ledger.given_lot("company-a/1", 100, 2003)
        lot = true_up.ledger.given_lot("company-a/1", 100, 2003)
        other = Election(
            year=Year(2004),
            number=Count(1),
            account_id=AccountId("company-a/1"),
            lot_id=lot,
            tonnes=Tonnes(100),
        )
        true_up.reaches(2003, Stage.ELECTIONS)
        true_up.ledger.given(put(ELECTIONS, member, other))
        true_up.reaches(2003, Stage.CURE)
        assert list(true_up.ledger.state.elections.of(member).all()) == [other]


class TestOutOfCompliance:
    def test_who_is_short_is_reported_and_barred_from_sales(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 100_000)
        true_up.allocated(member, 2003)
        true_up.emitted(member, 2003, 102_000)
        assert may_sell(true_up.ledger.state, member)
        true_up.reaches(2003, Stage.CLOSED)

        row = true_up.obligation(member, 2003)
        assert row.status is ComplianceStatus.OUT_OF_COMPLIANCE
        assert row.short_tonnes == 3_000
        assert not may_sell(true_up.ledger.state, member)
        (shortfall,) = true_up.ledger.state.shortfalls.of(member).all()
        assert (shortfall.year, shortfall.short_tonnes) == (2003, 3_000)
        assert shortfall.reported

    def test_who_has_no_final_report_is_out_of_compliance(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 100_000)
        true_up.ledger.given_lot("company-a/1", 102_000, 2003)
        true_up.emitted(member, 2003, 90_000, ReportState.FINDINGS)
        true_up.reaches(2003, Stage.CLOSED)
        row = true_up.obligation(member, 2003)
        assert (row.status, row.short_tonnes) == (ComplianceStatus.OUT_OF_COMPLIANCE, 0)
        assert row.surrendered_tonnes == 102_000
        (shortfall,) = true_up.ledger.state.shortfalls.of(member).all()
        assert not shortfall.reported
        assert may_sell(true_up.ledger.state, member)

    def test_who_is_short_banks_nothing_that_it_could_use(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 100_000)
        lot = true_up.allocated(member, 2003)
        true_up.emitted(member, 2003, 98_000)
        true_up.reaches(2003, Stage.ELECTIONS)
        true_up.elects(member, 2003, (lot, 10_000))
        true_up.reaches(2003, Stage.CURE)
        assert true_up.obligation(member, 2003).short_tonnes == 88_000
        true_up.reaches(2003, Stage.CLOSED)
        assert true_up.obligation(member, 2003).status is ComplianceStatus.IN_COMPLIANCE
        assert true_up.ledger.tonnes("company-a/1") == 1_000

    def test_no_more_is_taken_at_the_close_than_is_owed(self, true_up: TrueUpLedger) -> None:
        member = true_up.member("company-a", 100_000)
        true_up.emitted(member, 2003, 300)
        true_up.reaches(2003, Stage.CURE)
        for _ in range(3):
            true_up.ledger.given_lot("company-a/1", 200, 2003)
        true_up.reaches(2003, Stage.CLOSED)
        assert true_up.obligation(member, 2003).surrendered_tonnes == 300
        assert true_up.ledger.tonnes("company-a/1") == 300


class TestExchangeParticipants:
    def test_what_they_hold_is_retired(self, true_up: TrueUpLedger) -> None:
        true_up.ledger.given_holder("fund", HolderClass.EXCHANGE_PARTICIPANT)
        true_up.ledger.given_lot("fund/1", 300, 2003)
        true_up.ledger.given_lot("fund/1", 200, 2004)
        true_up.reaches(2003, Stage.CURE)
        assert true_up.ledger.lots("fund/1") == []
        assert true_up.ledger.retired("fund/2") == [
            "XA-2003-0000000001-0000000300",
            "XA-2004-0000000001-0000000200",
        ]

    def test_super_reductions_and_locked_lots_stay(self, true_up: TrueUpLedger) -> None:
        ledger = true_up.ledger
        ledger.given_holder("fund", HolderClass.EXCHANGE_PARTICIPANT)
        ledger.given_lot("fund/1", 300, 2003, restrictions=Restriction.SUPER_REDUCTION)
        ledger.given_lot("fund/1", 200, 2003)
        locked = Lock(reason=LockReason.DELAYED_TRANSFER, act_id=Hash(bytes(32)))
        ledger.given(put(LOTS, "fund/1", replace(ledger.lots("fund/1")[1], lock=locked)))
        true_up.reaches(2003, Stage.CURE)
        assert ledger.tonnes("fund/1") == 500


class TestOffsets:
    """Table 4.4 of a programme of 100,000 t: 500 t in 2003, 1,000 t in 2004."""

    def test_more_than_the_limit_goes_back(self, true_up: TrueUpLedger) -> None:
        true_up.programme_wide(100_000)
        member = true_up.member("company-a", 50_000)
        true_up.emitted(member, 2003, 1_000)
        lot = true_up.ledger.given_lot("company-a/1", 800, 2003, Instrument.XMO)
        true_up.reaches(2003, Stage.ELECTIONS)
        true_up.elects(member, 2003, (lot, 800))
        true_up.reaches(2003, Stage.CURE)
        assert true_up.obligation(member, 2003).short_tonnes == 500
        (rest,) = true_up.ledger.lots("company-a/1")
        assert (rest.tonnes, rest.lock) == (300, None)
        use = true_up.offset_use(2003)
        assert (use.limit, use.offsets, use.early) == (5, 5, 0)
        assert list(true_up.ledger.state.offset_claims.of(member).all()) == []

    def test_allowances_chosen_after_what_was_cut_fill_up(self, true_up: TrueUpLedger) -> None:
        true_up.programme_wide(100_000)
        member = true_up.member("company-a", 50_000)
        true_up.emitted(member, 2003, 800)
        offset = true_up.ledger.given_lot("company-a/1", 800, 2003, Instrument.XMO)
        allowance = true_up.ledger.given_lot("company-a/1", 800, 2003)
        true_up.reaches(2003, Stage.ELECTIONS)
        true_up.elects(member, 2003, (offset, 800), (allowance, 800))
        true_up.reaches(2003, Stage.CURE)
        assert true_up.obligation(member, 2003).short_tonnes == 0
        assert true_up.ledger.tonnes("company-a/1") == 800

    def test_what_is_chosen_beyond_what_is_owed_takes_nobodys_share(
        self, true_up: TrueUpLedger
    ) -> None:
        true_up.programme_wide(100_000)
        for holder in ("company-a", "company-b"):
            true_up.member(holder, 50_000)
        true_up.emitted("company-a", 2003, 100)
        true_up.emitted("company-b", 2003, 400)
        lots = {
            holder: true_up.ledger.given_lot(f"{holder}/1", 9_000, 2003, Instrument.XSO)
            for holder in ("company-a", "company-b")
        }
        true_up.reaches(2003, Stage.ELECTIONS)
        true_up.elects("company-a", 2003, (lots["company-a"], 500), (lots["company-a"], 8_500))
        true_up.elects("company-b", 2003, (lots["company-b"], 9_000))
        true_up.reaches(2003, Stage.CURE)
        assert true_up.obligation("company-a", 2003).short_tonnes == 0
        assert true_up.obligation("company-b", 2003).short_tonnes == 0

    def test_early_action_credits_keep_to_the_offsets_used(self, true_up: TrueUpLedger) -> None:
        true_up.programme_wide(100_000)
        member = true_up.member("company-a", 50_000)
        true_up.emitted(member, 2004, 1_000)
        offset = true_up.ledger.given_lot("company-a/1", 200, 2004, Instrument.XFO)
        early = true_up.ledger.given_lot(
            "company-a/1", 500, 2004, Instrument.XE, first_owner="company-a"
        )
        true_up.reaches(2004, Stage.ELECTIONS)
        true_up.elects(member, 2004, (early, 500), (offset, 200))
        true_up.reaches(2004, Stage.CURE)
        use = true_up.offset_use(2004)
        assert (use.limit, use.offsets, use.early) == (10, 2, 2)
        assert true_up.obligation(member, 2004).surrendered_tonnes == 400

    def test_programme_emissions_above_baseline_raise_the_limit(
        self, true_up: TrueUpLedger
    ) -> None:
        true_up.programme_wide(100_000, 120_000)
        true_up.reaches(2003, Stage.CURE)
        assert true_up.offset_use(2003).limit == 6

    def test_no_offsets_are_usable_where_there_is_no_programme_wide_baseline(
        self, true_up: TrueUpLedger
    ) -> None:
        true_up.programme_wide(0)
        true_up.reaches(2003, Stage.CURE)
        assert true_up.offset_use(2003).limit == 0
