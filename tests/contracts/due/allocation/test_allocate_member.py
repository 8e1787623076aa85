"""RB 4.6, 4.12: a run of allocation, one Member a piece."""

from dataclasses import replace

import pytest

from cfi.contracts.due.allocation.allocate_member import allocate_member
from cfi.contracts.state.changes import Move, put, put_public
from cfi.contracts.state.moves import supply_of
from cfi.contracts.state.rows.allocation import AllocationRun
from cfi.contracts.state.rows.baseline import BASELINES
from cfi.contracts.state.rows.custody import SUPPLY, AccountKind, MovementKind, Origin
from cfi.contracts.state.rows.membership import HOLDERS, HolderStatus
from cfi.contracts.state.table import account_owner, number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.messages.allocation.allocate_allowances import AllocateAllowances
from cfi.contracts.wire.messages.allocation.allocate_late_member import AllocateLateMember
from cfi.contracts.wire.messages.baseline.elect_baseline_period import ElectBaselinePeriod
from cfi.contracts.wire.quantities import BasisPoints, Tonnes, Year
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import Identifier
from tests.contracts.filings import PHASE_2, A, B, FilingLedger, emissions, facility
from tests.contracts.ledger import EXCHANGE, Ledger


class TestWhatTheRulebookPrints:
    def test_appendix_4_3_a_member_of_10_000_000_t(self, filing: FilingLedger) -> None:
        filing.established(10_000_000)
        filing.allocated()
        assert filing.held_by_vintage("company-a/1") == {
            2003: 9_900_000,
            2004: 9_800_000,
            2005: 9_700_000,
            2006: 9_600_000,
        }

    def test_file_14_the_county_of_259_900_t(self, ledger: Ledger) -> None:
        filing = FilingLedger(ledger, PHASE_2)
        ledger.given_holder("county", first_year=2007)
        filing.files(facility(emissions=emissions((2000, 259_904))), by="county")
        filing.does(ElectBaselinePeriod(period=Identifier("2000")), "county")
        filing.establishes("county")
        filing.allocated()
        assert filing.held_by_vintage("county/1") == {
            2007: 256_000,
            2008: 252_100,
            2009: 248_200,
            2010: 244_300,
        }
        assert filing.allocations("county")[2007].target_tonnes == 256_002


class TestWhatARunDoes:
    def test_one_member_a_piece_and_one_to_end_it(self, filing: FilingLedger) -> None:
        filing.established(member=A)
        filing.established(member=B)
        pieces = filing.allocated()
        assert pieces == 4, "company-a, company-b, the exchange, the end"
        (run,) = filing.ledger.state.allocation_runs.of(EXCHANGE).all()
        assert run.due_at is None
        last = list(filing.ledger.state.notices.all())[-1]
        assert (last.kind, last.subject) == (42, None)

    def test_one_late_member_is_told_of_to_nobody(self, filing: FilingLedger) -> None:
        filing.established(member=A)
        filing.allocated()
        told = list(filing.ledger.state.notices.all())
        filing.established(member=B)
        filing.does(AllocateLateMember(member=B), EXCHANGE)
        assert filing.ledger.pass_time() == 2
        assert filing.allocations(B)[2003].issued_tonnes == 990_000
        assert list(filing.ledger.state.notices.all()) == told

    def test_serials_run_on_from_member_to_member(self, filing: FilingLedger) -> None:
        filing.established(100_000, A)
        filing.established(50_000, B)
        filing.allocated()
        assert filing.ledger.held("company-a/1")[0] == "XA-2003-0000000001-0000099000"
        assert filing.ledger.held("company-b/1")[0] == "XA-2003-0000099001-0000148500"
        supply = filing.ledger.state.supply.get(number_key(Instrument.XA, 2003))
        assert supply is not None
        assert supply.issued == 148_500

    def test_what_is_withheld_goes_to_the_pool_and_is_recorded_with_the_member(
        self, filing: FilingLedger
    ) -> None:
        filing.established(member=A)
        filing.established(400_000, B)
        filing.allocated(withheld_bps=250)
        assert filing.held_by_vintage("exchange/3")[2003] == 24_700 + 9_900
        row = filing.allocations(A)[2003]
        assert (row.target_tonnes, row.issued_tonnes, row.withheld_tonnes) == (
            990_000,
            990_000,
            24_700,
        )
        assert filing.held_by_vintage("company-a/1")[2003] == 965_300

    def test_lots_come_from_the_run(self, filing: FilingLedger) -> None:
        filing.established()
        receipt = filing.does(
            AllocateAllowances(withheld_bps=BasisPoints(0), pool_seed=None), EXCHANGE
        )
        filing.ledger.pass_time()
        lot = filing.ledger.lots("company-a/1")[0]
        assert (lot.origin, lot.origin_id) == (Origin.ALLOCATION, receipt.act_id.hex())

    def test_all_may_be_withheld_and_a_target_of_nothing_issues_nothing(
        self, filing: FilingLedger
    ) -> None:
        filing.established(member=A)
        filing.established(0, B)
        filing.allocated(withheld_bps=10_000)
        assert filing.held_by_vintage("company-a/1") == {}
        assert filing.held_by_vintage("exchange/3")[2003] == 990_000
        assert filing.allocations(B)[2003].issued_tonnes == 0

    def test_a_second_run_serves_only_who_has_none(self, filing: FilingLedger) -> None:
        filing.established(member=A)
        filing.allocated()
        filing.ledger.pass_time(60)
        filing.established(member=B)
        filing.allocated()
        assert filing.held_by_vintage("company-a/1")[2003] == 990_000
        assert filing.held_by_vintage("company-b/1")[2003] == 990_000


class TestWhoIsPassedOver:
    def test_who_has_no_baseline(self, filing: FilingLedger) -> None:
        filing.allocated()
        assert filing.allocations() == {}

    def test_who_was_terminated(self, filing: FilingLedger) -> None:
        filing.established()
        holder = filing.ledger.state.holders.get(A)
        assert holder is not None
        filing.ledger.given(put(HOLDERS, A, replace(holder, status=HolderStatus.TERMINATED)))
        filing.allocated()
        assert filing.allocations() == {}

    def test_whose_first_year_the_programme_has_no_schedule_for(self, filing: FilingLedger) -> None:
        filing.established()
        baseline = replace(filing.baseline(), first_year=Year(2011))
        filing.ledger.given(put(BASELINES, A, baseline))
        filing.allocated()
        assert filing.allocations() == {}

    def test_who_has_no_account_to_take_them(self, ledger: Ledger) -> None:
        filing = FilingLedger(ledger)
        ledger.given_holder("bare", accounts=False)
        ledger.given_holder("other-way", accounts=False)
        ledger.given_account("other-way", AccountKind.RETIREMENT)
        filing.established(member="bare")
        filing.established(member="other-way")
        filing.allocated()
        assert filing.allocations("bare") == filing.allocations("other-way") == {}

    def test_for_whom_a_vintage_has_too_few_serials(self, filing: FilingLedger) -> None:
        filing.established()
        used = replace(
            supply_of(filing.ledger.state, Instrument.XA, Year(2005)), issued=Tonnes(9_999_500_000)
        )
        filing.ledger.given(put_public(SUPPLY, used))
        filing.allocated()
        assert filing.allocations() == {}

    def test_whose_account_is_full(
        self, filing: FilingLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        filing.established()
        monkeypatch.setattr(StateView, "has_room", lambda *_: False)
        filing.allocated()
        assert filing.allocations() == {}

    def test_who_has_no_room_for_a_late_true_up_of_each_vintage(
        self, filing: FilingLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        filing.established()
        monkeypatch.setattr(StateView, "holder_has_room", lambda _, __, rows=1: rows < 8)
        filing.allocated()
        assert filing.allocations() == {}


def test_statements_say_why_lots_came(filing: FilingLedger) -> None:
    filing.established()
    pool = filing.ledger.given_account(EXCHANGE, AccountKind.AUCTION_POOL)
    run = AllocationRun(
        run_id=Hash(bytes(32)),
        exchange=EXCHANGE,
        withheld_bps=BasisPoints(1_000),
        pool=pool,
        only=None,
        after=None,
        started_at=filing.ledger.now,
        due_at=filing.ledger.now,
    )
    changes = allocate_member(filing.ledger.state, run, filing.ledger.context(EXCHANGE, ""))
    moves = [each for each in changes.operations if isinstance(each, Move)]
    assert {(move.owner, move.movement.kind) for move in moves} == {
        (account_owner("company-a/1"), MovementKind.ISSUED),
        (account_owner(pool), MovementKind.WITHHELD),
    }
