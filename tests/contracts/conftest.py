"""A fresh ledger for each test."""

import pytest

from tests.contracts.ledger import Ledger


@pytest.fixture
def ledger() -> Ledger:
    """A ledger with an exchange and two members, `company-a` and `company-b`."""
    ledger = Ledger()
    ledger.given_holder("company-a")
    ledger.given_holder("company-b")
    return ledger
