"""RB 3.6, 6.5: what two people have to name of a Member's baseline is what the rules take."""

from typing import Any

import pytest

from cfi.contracts.state.filings import filing_hash
from cfi.contracts.wire.messages.baseline.adjust_baseline import AdjustBaseline
from cfi.contracts.wire.messages.baseline.establish_baseline import EstablishBaseline
from cfi.contracts.wire.schema import schema_of
from cfi.node.baseline_figures import baseline_figures
from tests.contracts.filings import A, FilingLedger, facility
from tests.contracts.ledger import EXCHANGE, Ledger


@pytest.fixture
def filing() -> FilingLedger:
    ledger = Ledger()
    ledger.given_holder(A)
    return FilingLedger(ledger)


def told(filing: FilingLedger) -> dict[str, Any]:
    return baseline_figures(filing.ledger.state, A, filing.ledger.now)


def test_what_is_told_is_established_and_adjusted(filing: FilingLedger) -> None:
    filing.files(facility())
    assert told(filing)["filings"] == {"plant-1": filing_hash(filing.facility("plant-1"))}
    establish = schema_of(EstablishBaseline).decode(told(filing)["establish"]["body"])
    assert establish.baseline_tonnes == 100_000
    filing.does(establish, EXCHANGE)
    filing.allocated()
    filing.acquires("plant-2", 200, "2003-01-01")
    adjust = schema_of(AdjustBaseline).decode(told(filing)["adjust"]["body"])
    assert adjust.years[0].baseline_tonnes == 100_200
    filing.does(adjust, EXCHANGE)


def test_why_there_is_none_is_told(filing: FilingLedger) -> None:
    assert told(filing) == {
        "establish": {"body": None, "refusal": "NOTHING_FILED", "section": "RB 6.4"},
        "adjust": {"body": None, "refusal": "NO_BASELINE", "section": "RB 6.5.1"},
        "filings": {},
    }
