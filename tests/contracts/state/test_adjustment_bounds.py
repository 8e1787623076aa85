"""RB 6.5.4, 6.5.5, 5.3.1: an adjustment stays within what a Member, a vintage and an act may come
to.
"""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import put, put_public
from cfi.contracts.state.rows.baseline import BASELINE_CHANGES
from cfi.contracts.state.rows.custody import ACCOUNTS, SUPPLY, AccountKind
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.refusal import Fact
from cfi.contracts.wire.text import AccountId, LotId
from tests.contracts.filings import (
    IN_6_3B,
    A,
    FilingLedger,
    adjust,
    company_of_6_3b,
)
from tests.contracts.ledger import EXCHANGE, Ledger


@pytest.fixture
def filing(ledger: Ledger) -> FilingLedger:
    """Phase 1, before anything is filed."""
    return FilingLedger(ledger)


def test_no_baseline_grows_above_1_000_000_000_t(ledger: Ledger) -> None:
    filing = FilingLedger(ledger)
    filing.established()
    filing.allocated()
    filing.acquires("bought", 100_000_000, "2003-01-01")
    (change,) = filing.changes()
    beyond = replace(change, baseline_tonnes=Tonnes(1_000_000_000))
    filing.ledger.given(put(BASELINE_CHANGES, A, beyond))
    filing.ledger.when(adjust(filing.ledger), EXCHANGE)
    facts: dict[str, Fact] = {"year": 2003, "baseline_tonnes": 1_001_000_000}
    filing.ledger.refused("TOO_MANY_TONNES", "RB 6.5.4", facts)


def test_no_more_is_issued_than_there_are_serials(ledger: Ledger) -> None:
    filing = FilingLedger(ledger)
    filing.established()
    filing.allocated()
    filing.acquires("bought", 100_000, "2003-01-01")
    supply = filing.ledger.state.supply.get(number_key(Instrument.XA, 2003))
    assert supply is not None
    filing.ledger.given(put_public(SUPPLY, replace(supply, issued=Tonnes(9_999_999_999))))
    filing.ledger.when(adjust(filing.ledger), EXCHANGE)
    filing.ledger.refused("SERIALS_USED_UP", "RB 5.3.1", {"vintage": 2003})


def test_of_a_baseline_that_was_rounded_down_everything_can_be_sold(
    filing: FilingLedger,
) -> None:
    filing.established(1_000_040)
    filing.allocated()
    filing.sells("plant-1", 1_000_040, "2003-01-01")
    filing.adjusts()
    assert set(filing.baseline_by_year().values()) == {0}
    assert filing.held_by_vintage("company-a/1") == {}


def test_everything_can_be_sold_in_parts(filing: FilingLedger) -> None:
    """99% of 500,050 t are 495,049.5 t, and of 499,950 t 494,950.5 t."""
    filing.established(1_000_000)
    filing.allocated()
    for tonnes in (500_050, 499_950):
        filing.sells("plant-1", tonnes, "2003-01-01")
    filing.adjusts()
    assert filing.allocations()[2003].target_tonnes == 0
    assert filing.held_by_vintage("company-a/1") == {}


def test_another_account_with_room_takes_what_is_issued(
    filing: FilingLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing.established()
    filing.allocated()
    filing.acquires("plant-2", 100_000, "2003-07-01")
    other = filing.ledger.given_account(A)
    monkeypatch.setattr(StateView, "has_room", lambda _, account, __: account == other)
    filing.adjusts()
    assert filing.held_by_vintage(other)[2004] == 98_000


def test_issuing_takes_a_trading_account(ledger: Ledger) -> None:
    filing = FilingLedger(ledger)
    ledger.given_holder("bare", accounts=False)
    ledger.given_account("bare", AccountKind.TRADING)
    filing.established(member="bare")
    filing.allocated()
    row = ledger.state.accounts.get("bare/1")
    assert row is not None
    ledger.given(put(ACCOUNTS, "bare/1", replace(row, kind=AccountKind.RETIREMENT)))
    filing.acquires("plant-2", 500_000, "2003-07-01", by="bare")
    ledger.when(adjust(ledger, "bare"), EXCHANGE)
    ledger.refused("UNKNOWN_ACCOUNT", "RB 5.3.1", {"member": "bare"})


@pytest.fixture
def company(filing: FilingLedger) -> FilingLedger:
    return company_of_6_3b(filing)


class TestWhatOneActDoesNotRetireIsOwed:
    """RB 6.5.5: however a Member splits its lots, and whatever it has room for, its baseline falls."""

    def test_of_more_lots_than_an_act_may_touch(
        self, company: FilingLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cfi.contracts.state.adjustment.MAX_LOTS_PER_ADJUSTMENT", 2)
        ledger, other = company.ledger, company.ledger.given_account(A)
        first, second = LotId("XA-2003-0000000001"), LotId("XA-2003-0000000201")
        ledger.when(_transfer("company-a/1", first, 989_700, other))
        ledger.when(_transfer("company-a/1", first, 100, other))
        ledger.when(_transfer(other, second, 100, "company-a/1"))
        company.sells("facility-3", 200_000, "2003-07-01")
        company.adjusts()
        assert company.allocations()[2003].owed_tonnes == 99_800 - 300
        assert company.held_by_vintage(other)[2003] == 989_700
        assert ledger.retired("company-a/2")[0] == "XA-2003-0000000001-0000000300"

    def test_of_more_tonnes_than_an_act_may_end(
        self, company: FilingLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cfi.contracts.state.adjustment.MAX_TONNES_PER_ADJUSTMENT", 50_000)
        company.sells("facility-3", 200_000, "2003-07-01")
        company.adjusts()
        owed = {year: row.owed_tonnes for year, row in company.allocations().items()}
        assert owed == {2003: 49_800, 2004: 146_000, 2005: 144_000, 2006: 142_000}

    def test_where_no_retirement_account_has_room(
        self, company: FilingLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        company.sells("facility-3", 200_000, "2003-07-01")
        monkeypatch.setattr(StateView, "has_room", lambda *_: False)
        company.adjusts()
        assert company.allocations()[2003].owed_tonnes == 99_800
        assert company.held_by_vintage("company-a/1") == IN_6_3B


def _transfer(source: str, lot: LotId, tonnes: int, target: str) -> TransferLot:
    return TransferLot(
        source=AccountId(source), lot_id=lot, tonnes=Tonnes(tonnes), target=AccountId(target)
    )
