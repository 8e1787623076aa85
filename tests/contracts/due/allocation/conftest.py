"""A ledger of phase 1 with two Members."""

import pytest

from tests.contracts.filings import FilingLedger
from tests.contracts.ledger import Ledger


@pytest.fixture
def filing(ledger: Ledger) -> FilingLedger:
    """Phase 1, with nothing filed."""
    return FilingLedger(ledger)
