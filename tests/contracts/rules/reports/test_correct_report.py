"""RB 10.3: a Member corrects its report."""

from cfi.contracts.state.rows.reports import ReportState
from cfi.contracts.wire.quantities import Year
from tests.contracts.filings import A, B, FilingLedger, line
from tests.contracts.rules.reports.audit import correction, found_wanting


class TestWhatItDoes:
    def test_the_correction_takes_the_report_s_place_and_the_findings_stay(
        self, filing: FilingLedger
    ) -> None:
        found_wanting(filing)
        filing.does(correction())
        filing.ledger.done(total_tonnes=96_351, included_tonnes=96_400)
        row = filing.report()
        assert (row.state, row.total_tonnes, len(row.findings)) == (
            ReportState.CORRECTED,
            96_351,
            1,
        )
        assert row.lines[-1].source == "kiln"


def test_only_after_findings(filing: FilingLedger) -> None:
    filing.under_audit()
    before = filing.ledger.tables()
    filing.ledger.when(correction(), A)
    filing.ledger.refused("REPORT_NOT_THERE_YET", "RB 10.3", {"year": 2003, "state": "UNDER_AUDIT"})
    assert filing.ledger.tables() == before


def test_a_correction_is_checked_like_a_report(filing: FilingLedger) -> None:
    found_wanting(filing)
    before = filing.ledger.tables()
    filing.ledger.when(correction(lines=(line("plant", 1), line("plant", 1))), A)
    filing.ledger.refused("LINE_TWICE", "RB 7.2.3", {"source": "plant", "gas": "CO2"})
    assert filing.ledger.tables() == before


def test_another_s_report_answers_like_none(filing: FilingLedger) -> None:
    found_wanting(filing)
    filing.ledger.when(correction(), B)
    filing.ledger.refused("UNKNOWN_REPORT", "RB 7.2.1", {"year": 2003})
    filing.ledger.when(correction(year=Year(2004)), B)
    filing.ledger.refused("UNKNOWN_REPORT", "RB 7.2.1", {"year": 2004})


def test_a_correction_is_bounded_like_a_report(filing: FilingLedger) -> None:
    found_wanting(filing)
    filing.ledger.when(correction(lines=(line("plant", 10**9), line("kiln", 1))), A)
    filing.ledger.refused("TOO_MANY_TONNES", "RB 7.2.1", {"total_tonnes": 1_000_000_001})
