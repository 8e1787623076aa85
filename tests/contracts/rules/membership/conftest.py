"""A ledger that takes applications."""

import pytest

from tests.contracts.ledger import Ledger


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """The parameters of admission are set."""
    ledger.parameter("decision_business_days", 30)
    ledger.parameter("associate_tonnes", 5_000)
    ledger.parameter("jurisdiction_months", 6)
    return ledger
