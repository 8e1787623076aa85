"""A ledger of phase 1 with two Members."""

import pytest

from tests.contracts.ledger import Ledger
from tests.contracts.true_up import TrueUpLedger


@pytest.fixture
def true_up(ledger: Ledger) -> TrueUpLedger:
    """Phase 1 with a programme-wide baseline of 250,000,000 t."""
    return TrueUpLedger(ledger)
