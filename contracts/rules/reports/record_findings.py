"""An audit that finds something sends the report back.  (RB 10.3)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.filings import member_of, member_report, require_report_state
from cfi.contracts.state.rows.reports import REPORTS, Finding, ReportState
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.reports.record_findings import RecordFindings


def record_findings(state: StateView, message: RecordFindings, block: BlockContext) -> Changes:
    """Keep the digest of the findings with the report, which its Member has to correct."""
    member_of(state, message.member)
    report = member_report(state, message.member, message.year)
    require_report_state(report, ReportState.UNDER_AUDIT)

    finding = Finding(document_hash=message.document_hash, found_at=block.now)
    found = replace(report, state=ReportState.FINDINGS, findings=(*report.findings, finding))
    return Changes.of(put(REPORTS, message.member, found))
