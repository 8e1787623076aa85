"""A Member corrects what an audit found wrong.  (RB 10.3)"""

from dataclasses import replace

from cfi.contracts.figures.reports import report_totals
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.filings import (
    believable_total,
    check_report,
    member_report,
    require_report_state,
)
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.reports import REPORTS, ReportState
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.reports.correct_report import CorrectReport


def correct_report(state: StateView, message: CorrectReport, block: BlockContext) -> Changes:
    """Put the corrected report in the place of the one with findings, which stay with it."""
    report = member_report(state, block.holder_id, message.year)
    require_report_state(report, ReportState.FINDINGS)
    check_report(
        state,
        block.holder_id,
        message.lines,
        message.warming_set,
        renewable_excluded=message.renewable_excluded,
    )

    exemption = terms_of(state).new_unit_exemption.tonnes
    totals = report_totals(message.lines, message.best_in_class_tonnes, exemption)
    believable_total(totals.total)
    corrected = replace(
        report,
        state=ReportState.CORRECTED,
        warming_set=message.warming_set,
        lines=message.lines,
        best_in_class_tonnes=message.best_in_class_tonnes,
        total_tonnes=totals.total,
        exempt_tonnes=totals.exempt,
        included_tonnes=totals.included,
        renewable_excluded=message.renewable_excluded,
        signed_by=block.signer,
        submitted_at=block.now,
    )
    return Changes.of(
        put(REPORTS, block.holder_id, corrected),
        total_tonnes=totals.total,
        exempt_tonnes=totals.exempt,
        included_tonnes=totals.included,
    )
