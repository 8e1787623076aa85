"""A ledger that takes applications."""

import pytest

from cfi.contracts.state.changes import put_public
from cfi.contracts.state.rows.governance import PROGRAMME
from cfi.genesis.programmes.loader import programme
from tests.contracts.ledger import Ledger


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """The terms of phase 1 and the parameters of admission are set."""
    ledger.given(put_public(PROGRAMME, programme("phase-1")))
    ledger.parameter("decision_business_days", 30)
    ledger.parameter("associate_tonnes", 5_000)
    ledger.parameter("jurisdiction_months", 6)
    return ledger
