"""Only a final report is trued up, and counts in the programme's emissions.  (RB 10.3, 4.11.3)"""

from dataclasses import replace

from cfi.contracts.state.changes import NO_CHANGES, Changes, put
from cfi.contracts.state.filings import member_of, member_report, require_report_state
from cfi.contracts.state.rows.reports import REPORTS, ReportState
from cfi.contracts.state.rows.true_up import LATE_TRUE_UPS
from cfi.contracts.state.table import number_key
from cfi.contracts.state.totals import with_report
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.reports.finalise_report import FinaliseReport
from cfi.contracts.wire.quantities import Instant


def finalise_report(state: StateView, message: FinaliseReport, block: BlockContext) -> Changes:
    """Declare a report final whose audit found nothing, or whose findings are corrected."""
    member_of(state, message.member)
    report = member_report(state, message.member, message.year)
    require_report_state(report, ReportState.UNDER_AUDIT, ReportState.CORRECTED)

    return Changes.of(
        put(REPORTS, message.member, replace(report, state=ReportState.FINAL, final_at=block.now)),
        with_report(state, block.holder_id, message.year, report.included_tonnes),
        _trued_up_late(state, message, block.now),
        included_tonnes=report.included_tonnes,
    )


def _trued_up_late(state: StateView, message: FinaliseReport, now: Instant) -> Changes:
    """A year that waits for this report alone can be trued up.  (RB 2.7.1, 4.7)"""
    late = state.late_true_ups.of(message.member).get(number_key(message.year))
    if late is None:
        return NO_CHANGES
    return Changes.of(put(LATE_TRUE_UPS, message.member, replace(late, due_at=now)))
