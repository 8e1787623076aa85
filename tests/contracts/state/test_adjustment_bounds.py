"""RB 6.5.4, 5.3.1: an adjustment stays within what a Member and a vintage may come to."""

from dataclasses import replace

from cfi.contracts.state.changes import put, put_public
from cfi.contracts.state.rows.baseline import BASELINE_CHANGES
from cfi.contracts.state.rows.custody import SUPPLY
from cfi.contracts.state.table import number_key
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.refusal import Fact
from tests.contracts.filings import A, FilingLedger, adjust
from tests.contracts.ledger import EXCHANGE, Ledger


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
