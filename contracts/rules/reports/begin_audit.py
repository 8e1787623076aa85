"""The provider of regulatory services audits reports.  (RB 10.3)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.filings import member_of, member_report
from cfi.contracts.state.rows.reports import REPORTS, ReportState
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.reports.begin_audit import BeginAudit
from cfi.contracts.wire.refusal import Refusal, require


def begin_audit(state: StateView, message: BeginAudit, _: BlockContext) -> Changes:
    """Take a submitted or corrected report under audit."""
    member_of(state, message.member)
    report = member_report(state, message.member, message.year)
    require(
        report.state in (ReportState.SUBMITTED, ReportState.CORRECTED),
        Refusal.REPORT_NOT_THERE_YET,
        "RB 10.3",
        year=message.year,
    )

    return Changes.of(put(REPORTS, message.member, replace(report, state=ReportState.UNDER_AUDIT)))
