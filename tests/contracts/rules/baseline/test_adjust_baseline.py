"""RB 6.5.4, 6.5.5, 6.5.6: allowances follow the facilities that come and go."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from operator import itemgetter

import pytest

from cfi.contracts.state.changes import Changes, put, put_public
from cfi.contracts.state.moves import transfer
from cfi.contracts.state.rows.allocation import ALLOCATIONS
from cfi.contracts.state.rows.baseline import BASELINE_CHANGES, BASELINES
from cfi.contracts.state.rows.custody import RetirementReason
from cfi.contracts.state.rows.true_up import (
    OBLIGATIONS,
    TRUE_UPS,
    ComplianceStatus,
    Obligation,
    Stage,
    TrueUp,
)
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.quantities import Instant, Tonnes, Year
from cfi.contracts.wire.refusal import Fact
from cfi.contracts.wire.text import AccountId, HolderId, Identifier, LotId
from tests.contracts.filings import (
    IN_6_3B,
    A,
    FilingLedger,
    adjust,
    company_of_6_3b,
    facility,
    opt_ins,
)
from tests.contracts.ledger import EXCHANGE, Ledger


@pytest.fixture
def company(filing: FilingLedger) -> FilingLedger:
    return company_of_6_3b(filing)


def stage(filing: FilingLedger, now: Stage) -> None:
    """A true-up of 2003 that has come to a stage."""
    never = Instant(0)
    row = TrueUp(
        year=Year(2003),
        stage=now,
        opens_at=never,
        elections_at=never,
        settles_at=never,
        cure_at=never,
        closes_at=never,
        due_at=None,
    )
    filing.ledger.given(put_public(TRUE_UPS, row))


class TestWhatTheRulebookPrints:
    def test_appendix_6_3_b_an_acquisition(self, company: FilingLedger) -> None:
        assert company.held_by_vintage("company-a/1") == IN_6_3B
        company.acquires("facility-4", 200_000, "2003-07-01")
        company.adjusts()
        company.ledger.done(
            change_2003_tonnes=99_814,
            change_2004_tonnes=196_000,
            change_2005_tonnes=194_000,
            change_2006_tonnes=192_000,
        )
        assert company.baseline_by_year() == {
            2003: 1_100_822,
            2004: 1_200_000,
            2005: 1_200_000,
            2006: 1_200_000,
        }
        targets = {year: row.target_tonnes for year, row in company.allocations().items()}
        assert targets == {2003: 1_089_814, 2004: 1_176_000, 2005: 1_164_000, 2006: 1_152_000}
        assert company.held_by_vintage("company-a/1") == {
            2003: 1_089_800,
            2004: 1_176_000,
            2005: 1_164_000,
            2006: 1_152_000,
        }
        added = {year: row.adjusted_tonnes for year, row in company.allocations().items()}
        assert added == {2003: 99_800, 2004: 196_000, 2005: 194_000, 2006: 192_000}

    def test_rb_4_6_a_notice_without_name_or_figure(self, company: FilingLedger) -> None:
        company.acquires("facility-4", 200_000, "2004-04-15")
        company.adjusts()
        _, notice = company.ledger.state.notices.all()
        assert (notice.kind, notice.subject) == (41, None)

    def test_note_7_an_acquisition_from_october_counts_92_days(self, company: FilingLedger) -> None:
        company.acquires("facility-4", 365_000, "2003-10-01")
        company.adjusts()
        company.ledger.done(change_2003_tonnes=91_080)


class TestWhatASaleDoes:
    def test_allowances_are_retired_pro_rata(self, company: FilingLedger) -> None:
        company.sells("facility-3", 200_000, "2003-07-01")
        company.adjusts()
        company.ledger.done(change_2003_tonnes=-99_814, change_2006_tonnes=-192_000)
        assert company.held_by_vintage("company-a/1") == {
            2003: 890_200,
            2004: 784_000,
            2005: 776_000,
            2006: 768_000,
        }
        retired = list(company.ledger.state.retired.of("company-a/2").all())
        assert [row.tonnes for row in retired] == [99_800, 196_000, 194_000, 192_000]
        assert {row.reason for row in retired} == {RetirementReason.BASELINE_REDUCTION}

    def test_the_programme_s_limit_isn_t_lowered(self, company: FilingLedger) -> None:
        company.sells("facility-3", 200_000, "2003-07-01")
        company.adjusts()
        totals = company.totals()
        assert (totals.baseline_tonnes, totals.highest_baseline_tonnes) == (800_000, 1_000_000)

    def test_lots_of_every_account_are_taken_and_what_lacks_is_owed(
        self, company: FilingLedger
    ) -> None:
        ledger = company.ledger
        kept = LotId("XA-2003-0000000001")
        other = ledger.given_account(A)
        ledger.when(_transfer("company-a/1", kept, 90_000, other))
        ledger.given(_gone(ledger, "company-a/1", kept))
        assert company.held_by_vintage("company-a/1").get(2003) is None
        company.sells("facility-3", 200_000, "2003-07-01")
        company.adjusts()
        row = company.allocations()[2003]
        assert (row.adjusted_tonnes, row.owed_tonnes) == (-99_800, 9_800)
        assert company.held_by_vintage(other) == {}

    def test_no_more_is_taken_than_is_due(self, company: FilingLedger) -> None:
        other = company.ledger.given_account(A)
        lot = LotId("XA-2003-0000000001")
        company.ledger.when(_transfer("company-a/1", lot, 90_000, other))
        company.sells("facility-3", 1_000, "2003-01-01")
        company.adjusts()
        assert company.held_by_vintage("company-a/1")[2003] == 899_000
        assert company.held_by_vintage(other)[2003] == 90_000

    def test_what_comes_later_makes_good_what_is_owed(self, company: FilingLedger) -> None:
        ledger = company.ledger
        ledger.given(_gone(ledger, "company-a/1", LotId("XA-2003-0000000001")))
        company.sells("facility-3", 200_000, "2003-07-01")
        company.adjusts()
        assert company.allocations()[2003].owed_tonnes == 99_800
        company.acquires("facility-4", 100_000, "2003-07-01")
        company.adjusts()
        assert company.allocations()[2003].owed_tonnes == 49_900
        assert company.held_by_vintage("company-a/1").get(2003) is None
        company.acquires("facility-5", 200_000, "2003-07-01")
        company.adjusts()
        row = company.allocations()[2003]
        assert (row.owed_tonnes, row.adjusted_tonnes) == (0, 49_900)
        assert company.held_by_vintage("company-a/1")[2003] == 49_900

    def test_what_makes_good_exactly_issues_nothing(self, company: FilingLedger) -> None:
        ledger = company.ledger
        ledger.given(_gone(ledger, "company-a/1", LotId("XA-2003-0000000001")))
        company.sells("facility-3", 200_000, "2003-07-01")
        company.adjusts()
        company.acquires("facility-4", 200_000, "2003-07-01")
        company.adjusts()
        assert company.allocations()[2003].owed_tonnes == 0
        assert company.held_by_vintage("company-a/1").get(2003) is None


class TestWhatIsReportedAfterItsYear:
    """The true-up of 2003 is over: its obligation has been worked out."""

    @pytest.fixture
    def trued_up(self, company: FilingLedger) -> FilingLedger:
        company.ledger.given(put(OBLIGATIONS, A, obligation(2003)))
        company.ledger.given(_gone(company.ledger, "company-a/1", LotId("XA-2003-0000000001")))
        return company

    def test_what_lacks_is_owed_with_the_next_year(self, trued_up: FilingLedger) -> None:
        trued_up.sells("facility-3", 200_000, "2003-07-01")
        trued_up.adjusts()
        owed = {year: row.owed_tonnes for year, row in trued_up.allocations().items()}
        assert owed == {2003: 0, 2004: 99_800, 2005: 0, 2006: 0}

    def test_what_was_owed_and_delivered_isn_t_owed_again(self, trued_up: FilingLedger) -> None:
        row = replace(trued_up.allocations()[2003], owed_tonnes=Tonnes(500))
        trued_up.ledger.given(put(ALLOCATIONS, A, row))
        trued_up.acquires("facility-4", 200_000, "2003-07-01")
        trued_up.adjusts()
        assert trued_up.held_by_vintage("company-a/1")[2003] == 99_800

    def test_after_the_last_year_it_stays_with_it(self, trued_up: FilingLedger) -> None:
        for year in (2004, 2005, 2006):
            trued_up.ledger.given(put(OBLIGATIONS, A, obligation(year)))
        trued_up.sells("facility-3", 200_000, "2003-07-01")
        trued_up.adjusts()
        assert trued_up.allocations()[2003].owed_tonnes == 99_800


def obligation(year: int) -> Obligation:
    """What was owed for a year."""
    zero = Tonnes(0)
    return Obligation(
        year=Year(year),
        baseline_tonnes=zero,
        target_tonnes=zero,
        emissions_tonnes=zero,
        recognised_tonnes=zero,
        carried_tonnes=zero,
        surrendered_tonnes=zero,
        reported=True,
        status=ComplianceStatus.IN_COMPLIANCE,
    )


class TestWhenItIsDone:
    def test_each_change_counts_once(self, company: FilingLedger) -> None:
        company.acquires("facility-4", 200_000, "2003-07-01")
        company.adjusts()
        company.acquires("facility-5", 100, "2003-07-01")
        company.adjusts()
        assert company.held_by_vintage("company-a/1")[2004] == 1_176_100
        assert all(change.adjusted_at is not None for change in company.changes())

    def test_countries_opted_in_later_are_allocated_for(self, filing: FilingLedger) -> None:
        filing.files(facility(), facility("mill", country=Identifier("CA")))
        filing.does(opt_ins())
        filing.establishes()
        filing.allocated()
        filing.does(opt_ins(countries=(Identifier("CA"),)))
        filing.establishes()
        assert filing.held_by_vintage("company-a/1")[2003] == 198_000
        filing.ledger.when(adjust(filing.ledger), EXCHANGE)
        filing.ledger.refused("NOTHING_TO_ADJUST", "RB 6.5.6", {"member": A})

    def test_two_parts_sold_on_one_day_both_go(self, filing: FilingLedger) -> None:
        filing.established(1_000_000)
        filing.allocated()
        filing.sells("plant-1", 999_900, "2004-01-01")
        filing.adjusts()
        filing.sells("plant-1", 100, "2004-01-01")
        filing.adjusts()
        assert filing.baseline_by_year() == {2003: 1_000_000, 2004: 0, 2005: 0, 2006: 0}
        assert filing.held_by_vintage("company-a/1") == {2003: 990_000}

    def test_allowances_of_years_before_a_member_enrolled_can_t_be_sold(
        self, ledger: Ledger
    ) -> None:
        filing = FilingLedger(ledger)
        ledger.given_holder("late", first_year=2005)
        filing.established(member="late")
        filing.allocated()
        filing.acquires("mill", 100_000, "2003-01-01", by="late")
        filing.adjusts("late")
        bars = {lot.vintage: lot.restrictions for lot in ledger.lots("late/1")}
        assert bars == {2003: 1, 2004: 1, 2005: 0, 2006: 0}

    @pytest.mark.parametrize("now", [Stage.SCHEDULED, Stage.CLOSED])
    def test_before_a_true_up_or_after_it(self, company: FilingLedger, now: Stage) -> None:
        stage(company, now)
        company.acquires("facility-4", 100, "2003-07-01")
        company.adjusts()


class TestWhatIsApproved:
    """RB 3.6: the second person approves what the first saw."""

    def test_the_message_names_what_each_year_comes_to(self, company: FilingLedger) -> None:
        """Appendix 6.3B, in whole CFIs."""
        company.acquires("facility-4", 200_000, "2003-07-01")
        assert [
            (row.year, row.baseline_tonnes, row.allowance_tonnes)
            for row in adjust(company.ledger).years
        ] == [
            (2003, 1_100_822, 1_089_800),
            (2004, 1_200_000, 1_176_000),
            (2005, 1_200_000, 1_164_000),
            (2006, 1_200_000, 1_152_000),
        ]

    def test_the_hash_is_of_the_baseline_and_the_reports(self, company: FilingLedger) -> None:
        company.acquires("facility-4", 200_000, "2003-07-01")
        rows = [BASELINES.schema.encode(company.baseline())]
        rows += [BASELINE_CHANGES.schema.encode(change) for change in company.changes()]
        assert adjust(company.ledger).inputs_hash == sha256(b"".join(rows)).digest()

    def test_what_is_reported_meanwhile_isn_t_approved(self, company: FilingLedger) -> None:
        company.acquires("facility-4", 100, "2003-07-01")
        proposed = adjust(company.ledger)
        company.acquires("facility-5", 50_000_000, "2003-07-01")
        before = company.ledger.tables()
        company.ledger.when(proposed, EXCHANGE)
        company.ledger.refused("INPUTS_CHANGED", "RB 3.6", {"what": "inputs_hash"})
        assert company.ledger.tables() == before

    def test_nor_are_other_figures(self, company: FilingLedger) -> None:
        company.acquires("facility-4", 100, "2003-07-01")
        proposed = adjust(company.ledger)
        company.ledger.when(replace(proposed, years=proposed.years[1:]), EXCHANGE)
        company.ledger.refused("INPUTS_CHANGED", "RB 3.6", {"what": "years"})


def _transfer(source: str, lot: LotId, tonnes: int, target: str) -> TransferLot:
    return TransferLot(
        source=AccountId(source), lot_id=lot, tonnes=Tonnes(tonnes), target=AccountId(target)
    )


def _gone(ledger: Ledger, account: str, lot_id: LotId) -> Changes:
    """A lot sold to company B."""
    lot = ledger.state.lots.of(account).get(lot_id)
    assert lot is not None
    context = ledger.context(A, "company-a-user")
    return transfer(context, lot, lot.tonnes, AccountId(account), AccountId("company-b/1"))


def allocated(filing: FilingLedger) -> None:
    filing.established()
    filing.allocated()


def acquired(filing: FilingLedger) -> None:
    allocated(filing)
    filing.acquires("plant-2", 100_000, "2003-07-01")


def running(filing: FilingLedger) -> None:
    acquired(filing)
    stage(filing, Stage.OPEN)


def not_allocated(filing: FilingLedger) -> None:
    filing.established()
    filing.acquires("plant-2", 100_000, "2003-07-01")


def sold_before_it_came(filing: FilingLedger) -> None:
    """As no report can say, but a baseline established anew without what was sold."""
    allocated(filing)
    filing.sells("plant-1", 1_000, "2004-01-01")
    (change,) = filing.changes()
    beyond = replace(change, baseline_tonnes=Tonnes(1_000_100))
    filing.ledger.given(put(BASELINE_CHANGES, A, beyond))


def nothing(_: FilingLedger) -> None:
    """Nothing filed."""


REFUSALS: list[tuple[str, Callable[[FilingLedger], None], HolderId, str, str, dict[str, Fact]]] = [
    ("nobody's", nothing, HolderId("x"), "UNKNOWN_MEMBER", "RB 2.2.1", {"member": "x"}),
    ("without a baseline", nothing, A, "NO_BASELINE", "RB 6.5.1", {}),
    ("not allocated yet", not_allocated, A, "NOT_ALLOCATED", "RB 6.5.6", {"member": A}),
    ("nothing came or went", allocated, A, "NOTHING_TO_ADJUST", "RB 6.5.6", {"member": A}),
    ("a true-up is running", running, A, "TRUE_UP_RUNNING", "RB 6.5.6", {}),
    ("more went than there was", sold_before_it_came, A, "BASELINE_BELOW_ZERO", "RB 6.5.5", {}),
]


@pytest.mark.parametrize(
    ("sentence", "given", "member", "code", "section", "facts"),
    REFUSALS,
    ids=map(itemgetter(0), REFUSALS),
)
def test_refusal(
    filing: FilingLedger,
    sentence: str,
    given: Callable[[FilingLedger], None],
    member: HolderId,
    code: str,
    section: str,
    facts: dict[str, Fact],
) -> None:
    given(filing)
    before = filing.ledger.tables()
    filing.ledger.when(adjust(filing.ledger, member), EXCHANGE)
    filing.ledger.refused(code, section, facts)
    assert filing.ledger.tables() == before, sentence


def test_a_full_account_takes_nothing(
    filing: FilingLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    acquired(filing)
    monkeypatch.setattr(StateView, "has_room", lambda *_: False)
    filing.ledger.when(adjust(filing.ledger), EXCHANGE)
    filing.ledger.refused("ACCOUNT_FULL", "RB 5.3.2", {"account_id": "company-a/1"})
