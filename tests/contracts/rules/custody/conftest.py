"""A ledger on which trades may begin."""

import pytest

from cfi.contracts.state.rows.custody import AccountKind
from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import given_standing


@pytest.fixture
def ledger() -> Ledger:
    """Company A holds 1,000 t of 2003; A and B may trade; `charity` is a not-for-profit."""
    ledger = Ledger()
    ledger.given_holder("company-a")
    ledger.given_holder("company-b")
    ledger.given_holder("charity", not_for_profit=True)
    ledger.given_account("company-a", AccountKind.TRADING)
    ledger.given_lot("company-a/1", 1_000)
    given_standing(ledger, "company-a", "company-b")
    return ledger
