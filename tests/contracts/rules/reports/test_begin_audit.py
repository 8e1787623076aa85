"""RB 10.3: an audit begins."""

import pytest

from cfi.contracts.state.rows.reports import ReportState
from cfi.contracts.wire.messages.reports.begin_audit import BeginAudit
from cfi.contracts.wire.quantities import Year
from cfi.contracts.wire.text import HolderId
from tests.contracts.filings import A, B, FilingLedger
from tests.contracts.ledger import EXCHANGE
from tests.contracts.rules.reports.audit import correction, found_wanting


def begin(member: str = A, year: int = 2003) -> BeginAudit:
    return BeginAudit(member=HolderId(member), year=Year(year))


class TestWhatItDoes:
    def test_a_submitted_report_comes_under_audit(self, filing: FilingLedger) -> None:
        filing.reported()
        filing.does(begin(), EXCHANGE)
        assert filing.report().state is ReportState.UNDER_AUDIT

    def test_a_corrected_one_may_be_audited_again(self, filing: FilingLedger) -> None:
        found_wanting(filing)
        filing.does(correction())
        filing.does(begin(), EXCHANGE)
        assert filing.report().state is ReportState.UNDER_AUDIT


def test_not_twice(filing: FilingLedger) -> None:
    filing.under_audit()
    before = filing.ledger.tables()
    filing.ledger.when(begin(), EXCHANGE)
    filing.ledger.refused("REPORT_NOT_THERE_YET", "RB 10.3", {"year": 2003, "state": "UNDER_AUDIT"})
    assert filing.ledger.tables() == before


@pytest.mark.parametrize(("member", "year"), [(A, 2004), (B, 2003)], ids=["no year", "no report"])
def test_there_is_a_report(filing: FilingLedger, member: str, year: int) -> None:
    filing.reported()
    filing.ledger.when(begin(member, year), EXCHANGE)
    filing.ledger.refused("UNKNOWN_REPORT", "RB 7.2.1", {"year": year})


def test_of_a_member(filing: FilingLedger) -> None:
    filing.ledger.when(begin("x"), EXCHANGE)
    filing.ledger.refused("UNKNOWN_MEMBER", "RB 2.2.1", {"member": "x"})
