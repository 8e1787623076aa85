"""The steps of an audit, by the provider of regulatory services."""

from hashlib import sha256
from typing import Any

from cfi.contracts.wire.messages.reports.correct_report import CorrectReport
from cfi.contracts.wire.messages.reports.finalise_report import FinaliseReport
from cfi.contracts.wire.messages.reports.record_findings import RecordFindings
from cfi.contracts.wire.quantities import Year
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId
from tests.contracts.filings import A, FilingLedger, line, report
from tests.contracts.ledger import EXCHANGE

PAPER = Hash(sha256(b"findings").digest())


def findings(member: str = A, year: int = 2003) -> RecordFindings:
    """Findings on a report."""
    return RecordFindings(member=HolderId(member), year=Year(year), document_hash=PAPER)


def finalise(member: str = A, year: int = 2003) -> FinaliseReport:
    """The end of an audit."""
    return FinaliseReport(member=HolderId(member), year=Year(year))


def correction(**change: Any) -> CorrectReport:
    """A lawful correction: one source more."""
    lawful = report()
    fields: dict[str, Any] = {
        "year": lawful.year,
        "warming_set": lawful.warming_set,
        "lines": (*lawful.lines, line("kiln", 1_000)),
        "best_in_class_tonnes": lawful.best_in_class_tonnes,
        "renewable_excluded": True,
    }
    return CorrectReport(**fields | change)


def found_wanting(filing: FilingLedger) -> None:
    """A report sent back with findings."""
    filing.under_audit()
    filing.does(findings(), EXCHANGE)
