"""RB 4.7: where surrendered CFIs go."""

import pytest

from cfi.contracts.state.rows.custody import AccountKind
from cfi.contracts.state.surrender import retirement_accounts
from cfi.contracts.wire.limits import ROWS_KEPT_FOR_DUE_WORK
from cfi.contracts.wire.text import HolderId
from tests.contracts.ledger import Ledger

COMPANY = HolderId("company-a")


def test_the_holders_retirement_accounts_in_order(ledger: Ledger) -> None:
    ledger.given_account(COMPANY)
    ledger.given_account(COMPANY, AccountKind.RETIREMENT)
    assert list(retirement_accounts(ledger.state, COMPANY)) == ["company-a/2", "company-a/4"]


def test_none_that_is_full(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.given_account(COMPANY, AccountKind.RETIREMENT)
    ledger.given_lot("company-a/2", 100)
    full = ledger.overlay.row_count(b"Acompany-a/2")  # type: ignore[arg-type]
    most = full + ROWS_KEPT_FOR_DUE_WORK
    monkeypatch.setattr("cfi.contracts.state.view.MAX_ROWS_PER_OWNER", most)
    assert list(retirement_accounts(ledger.state, COMPANY)) == ["company-a/3"]


def test_a_holder_without_one(ledger: Ledger) -> None:
    ledger.given_holder("bare", accounts=False)
    assert list(retirement_accounts(ledger.state, HolderId("bare"))) == []
