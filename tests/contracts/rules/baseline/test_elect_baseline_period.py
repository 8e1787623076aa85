"""RB file 13: the baseline period is elected."""

from cfi.contracts.wire.messages.baseline.elect_baseline_period import ElectBaselinePeriod
from cfi.contracts.wire.text import Identifier
from tests.contracts.filings import PHASE_2, A, FilingLedger
from tests.contracts.ledger import Ledger

YEAR_2000 = ElectBaselinePeriod(period=Identifier("2000"))


class TestWhatElectingDoes:
    def test_the_election_is_kept(self, ledger: Ledger) -> None:
        filing = FilingLedger(ledger, PHASE_2)
        filing.does(ElectBaselinePeriod(period=Identifier("1998-2001")))
        filing.does(YEAR_2000)
        row = ledger.state.period_elections.get(A)
        assert row is not None
        assert (row.period, row.elected_at) == ("2000", ledger.now)


def test_phase_1_has_one_period(filing: FilingLedger) -> None:
    before = filing.ledger.tables()
    filing.ledger.when(YEAR_2000, A)
    filing.ledger.refused("UNKNOWN_PERIOD", "RB file 13", {"period": "2000"})
    assert filing.ledger.tables() == before


def test_it_is_fixed_once_the_baseline_stands(filing: FilingLedger) -> None:
    filing.established()
    before = filing.ledger.tables()
    filing.ledger.when(ElectBaselinePeriod(period=Identifier("1998-2001")), A)
    filing.ledger.refused("BASELINE_STANDS", "RB file 13", {})
    assert filing.ledger.tables() == before
