"""RB 4.6, 4.12: the registrar begins a run of allocation."""

import pytest

from cfi.contracts.state.rows.custody import AccountKind
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.messages.allocation.allocate_allowances import AllocateAllowances
from cfi.contracts.wire.quantities import BasisPoints
from cfi.contracts.wire.refusal import Fact
from tests.contracts.filings import A, B, FilingLedger
from tests.contracts.ledger import EXCHANGE, seed_of

POOL = seed_of("pool")


def allocate(withheld_bps: int, *, seed: bool = True) -> AllocateAllowances:
    return AllocateAllowances(
        withheld_bps=BasisPoints(withheld_bps), pool_seed=POOL if seed else None
    )


class TestWhatARunBeginsWith:
    def test_the_run_is_due_at_once(self, filing: FilingLedger) -> None:
        receipt = filing.does(allocate(0), EXCHANGE)
        (run,) = filing.ledger.state.allocation_runs.of(EXCHANGE).all()
        assert (run.run_id, run.due_at, run.only) == (receipt.act_id, filing.ledger.now, None)
        assert run.pool is None

    def test_one_approval_serves_the_whole_run(self, filing: FilingLedger) -> None:
        filing.established()
        assert filing.ledger.when_both(allocate(0)).done
        assert filing.ledger.pass_time() > 2
        assert filing.held_by_vintage("company-a/1")[2003] == 990_000

    def test_without_withholding_no_auction_pool_is_opened(self, filing: FilingLedger) -> None:
        filing.does(allocate(0), EXCHANGE)
        assert not filing.ledger.state.accounts.get("exchange/3")

    def test_the_auction_pool_is_opened_with_the_first_run(self, filing: FilingLedger) -> None:
        filing.does(allocate(300), EXCHANGE)
        pool = filing.ledger.state.accounts.get("exchange/3")
        assert pool is not None
        assert (pool.kind, pool.holder_id) == (AccountKind.AUCTION_POOL, EXCHANGE)
        filing.does(allocate(300, seed=False), EXCHANGE)
        runs = [run.pool for run in filing.ledger.state.allocation_runs.of(EXCHANGE).all()]
        assert sorted(str(pool) for pool in runs) == ["exchange/3", "exchange/3"]

    def test_every_member_has_the_same_part_withheld(self, filing: FilingLedger) -> None:
        filing.established()
        filing.allocated(withheld_bps=300)
        filing.established(member=B)
        filing.allocated(withheld_bps=300)
        ours, theirs = filing.allocations(A), filing.allocations(B)
        assert ours[2003].withheld_tonnes == theirs[2003].withheld_tonnes == 29_700


def test_no_more_than_everything_is_withheld(filing: FilingLedger) -> None:
    filing.ledger.when(allocate(10_001), EXCHANGE)
    filing.ledger.refused("PERCENTAGE_TOO_LARGE", "RB 4.12", {"withheld_bps": 10_001})


@pytest.mark.parametrize("bps", [0, 299, 301])
def test_a_later_run_withholds_what_the_first_did(filing: FilingLedger, bps: int) -> None:
    filing.does(allocate(300), EXCHANGE)
    before = filing.ledger.tables()
    filing.ledger.when(allocate(bps), EXCHANGE)
    facts: dict[str, Fact] = {"withheld_bps": bps, "earlier_bps": 300}
    filing.ledger.refused("WITHHELD_DIFFERS", "RB 4.12", facts)
    assert filing.ledger.tables() == before


def test_what_is_withheld_needs_a_pool(filing: FilingLedger) -> None:
    before = filing.ledger.tables()
    filing.ledger.when(allocate(1, seed=False), EXCHANGE)
    filing.ledger.refused("NO_POOL", "RB 4.12", {})
    assert filing.ledger.tables() == before


def test_the_exchange_has_room_for_so_many_records(
    filing: FilingLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StateView, "holder_has_room", lambda *_: False)
    filing.ledger.when(allocate(0), EXCHANGE)
    filing.ledger.refused("TOO_MANY_RECORDS", "RB 4.6", {})
