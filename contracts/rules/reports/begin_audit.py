"""The provider of regulatory services audits reports.  (RB 10.3)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.filings import member_of, member_report, require_report_state
from cfi.contracts.state.rows.reports import REPORTS, ReportState
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.reports.begin_audit import BeginAudit


def begin_audit(state: StateView, message: BeginAudit, _: BlockContext) -> Changes:
    """Take a submitted or corrected report under audit."""
    member_of(state, message.member)
    report = member_report(state, message.member, message.year)
    require_report_state(report, ReportState.SUBMITTED, ReportState.CORRECTED)

    return Changes.of(put(REPORTS, message.member, replace(report, state=ReportState.UNDER_AUDIT)))
