"""RB 10.3, 4.11.3: only a final report counts."""

from cfi.contracts.state.rows.reports import ReportState
from cfi.contracts.state.table import number_key
from tests.contracts.filings import A, B, FilingLedger
from tests.contracts.ledger import EXCHANGE
from tests.contracts.rules.reports.audit import correction, finalise, found_wanting


def programme_year(filing: FilingLedger) -> tuple[int, int]:
    row = filing.ledger.state.programme_years.of(EXCHANGE).get(number_key(2003))
    return (0, 0) if row is None else (row.emissions_tonnes, row.reports)


class TestWhatItDoes:
    def test_a_report_without_findings_is_final(self, filing: FilingLedger) -> None:
        filing.under_audit()
        assert programme_year(filing) == (0, 0)
        filing.does(finalise(), EXCHANGE)
        filing.ledger.done(included_tonnes=95_400)
        row = filing.report()
        assert (row.state, row.final_at) == (ReportState.FINAL, filing.ledger.now)
        assert programme_year(filing) == (95_400, 1)

    def test_so_is_a_corrected_one(self, filing: FilingLedger) -> None:
        found_wanting(filing)
        filing.does(correction())
        filing.does(finalise(), EXCHANGE)
        assert programme_year(filing) == (96_400, 1)

    def test_nobody_else_is_told(self, filing: FilingLedger) -> None:
        filing.under_audit()
        before = filing.ledger.public_rows()
        filing.does(finalise(), EXCHANGE)
        assert filing.ledger.public_rows() == before

    def test_all_members_add_up(self, filing: FilingLedger) -> None:
        filing.under_audit(member=A)
        filing.under_audit(member=B)
        filing.does(finalise(A), EXCHANGE)
        filing.does(finalise(B), EXCHANGE)
        assert programme_year(filing) == (190_800, 2)


def test_not_before_its_audit(filing: FilingLedger) -> None:
    filing.reported()
    before = filing.ledger.tables()
    filing.ledger.when(finalise(), EXCHANGE)
    filing.ledger.refused("REPORT_NOT_THERE_YET", "RB 10.3", {"year": 2003, "state": "SUBMITTED"})
    assert filing.ledger.tables() == before


def test_nor_twice(filing: FilingLedger) -> None:
    filing.under_audit()
    filing.does(finalise(), EXCHANGE)
    filing.ledger.when(finalise(), EXCHANGE)
    filing.ledger.refused("REPORT_NOT_THERE_YET", "RB 10.3", {"year": 2003, "state": "FINAL"})


def test_there_is_a_report(filing: FilingLedger) -> None:
    filing.ledger.when(finalise(), EXCHANGE)
    filing.ledger.refused("UNKNOWN_REPORT", "RB 7.2.1", {"year": 2003})


def test_of_a_member(filing: FilingLedger) -> None:
    filing.ledger.when(finalise("x"), EXCHANGE)
    filing.ledger.refused("UNKNOWN_MEMBER", "RB 2.2.1", {"member": "x"})
