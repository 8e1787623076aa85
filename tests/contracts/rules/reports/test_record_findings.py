"""RB 10.3: an audit sends a report back."""

from cfi.contracts.state.rows.reports import ReportState
from tests.contracts.filings import FilingLedger
from tests.contracts.ledger import EXCHANGE
from tests.contracts.rules.reports.audit import PAPER, findings


class TestWhatItDoes:
    def test_the_digest_of_the_findings_stays_with_the_report(self, filing: FilingLedger) -> None:
        filing.under_audit()
        filing.does(findings(), EXCHANGE)
        row = filing.report()
        assert row.state is ReportState.FINDINGS
        assert [(each.document_hash, each.found_at) for each in row.findings] == [
            (PAPER, filing.ledger.now)
        ]


def test_only_a_report_under_audit_has_findings(filing: FilingLedger) -> None:
    filing.reported()
    before = filing.ledger.tables()
    filing.ledger.when(findings(), EXCHANGE)
    filing.ledger.refused("REPORT_NOT_THERE_YET", "RB 10.3", {"year": 2003, "state": "SUBMITTED"})
    assert filing.ledger.tables() == before


def test_there_is_a_report(filing: FilingLedger) -> None:
    filing.ledger.when(findings(), EXCHANGE)
    filing.ledger.refused("UNKNOWN_REPORT", "RB 7.2.1", {"year": 2003})


def test_of_a_member(filing: FilingLedger) -> None:
    filing.ledger.when(findings("x"), EXCHANGE)
    filing.ledger.refused("UNKNOWN_MEMBER", "RB 2.2.1", {"member": "x"})
