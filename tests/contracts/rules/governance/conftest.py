"""A ledger with four validators."""

import pytest

from tests.contracts.ledger import Ledger
from tests.contracts.validators import given_validators


@pytest.fixture
def validators(ledger: Ledger) -> Ledger:
    """Four validators of the Exchange, with 400 of power."""
    given_validators(ledger, {"one": 100, "two": 100, "three": 100, "four": 100})
    return ledger
