"""A Member reports its emissions of a year.  (RB 4.9, 7.1.4, 7.2)"""

from cfi.contracts.figures.dates import start_of_day
from cfi.contracts.figures.reports import report_totals
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.filings import DAYS_FOR_EARLIER_YEARS, believable_total, check_report
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.reports import REPORTS, EmissionReport, ReportState
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.reports.submit_report import SubmitReport
from cfi.contracts.wire.quantities import SECONDS_PER_DAY, Instant
from cfi.contracts.wire.refusal import Refusal, require


def submit_report(state: StateView, message: SubmitReport, block: BlockContext) -> Changes:
    """Keep the report for its audit. One that comes late is kept too, and marked."""
    over = start_of_day(message.year + 1, 1, 1)
    _may_be_filed(state, message, block, over)
    check_report(
        state,
        block.holder_id,
        message.lines,
        message.warming_set,
        renewable_excluded=message.renewable_excluded,
    )
    require(state.holder_has_room(block.holder_id), Refusal.TOO_MANY_RECORDS, "RB 7.2.1")

    exemption = terms_of(state).new_unit_exemption.tonnes
    totals = report_totals(message.lines, message.best_in_class_tonnes, exemption)
    believable_total(totals.total)
    report = EmissionReport(
        year=message.year,
        state=ReportState.SUBMITTED,
        warming_set=message.warming_set,
        lines=message.lines,
        best_in_class_tonnes=message.best_in_class_tonnes,
        total_tonnes=totals.total,
        exempt_tonnes=totals.exempt,
        included_tonnes=totals.included,
        renewable_excluded=message.renewable_excluded,
        late=_late(state, block, over),
        signed_by=block.signer,
        submitted_at=block.now,
        findings=(),
        final_at=None,
    )
    return Changes.of(
        put(REPORTS, block.holder_id, report),
        total_tonnes=totals.total,
        exempt_tonnes=totals.exempt,
        included_tonnes=totals.included,
    )


def _may_be_filed(
    state: StateView, message: SubmitReport, block: BlockContext, over: Instant
) -> None:
    """Refuse a year outside the programme, one that isn't over, and a second report."""
    terms = terms_of(state)
    require(
        terms.first_year <= message.year <= terms.last_year,
        Refusal.YEAR_NOT_IN_PROGRAMME,
        "RB 7.2.1",
        year=message.year,
    )
    require(block.now >= over, Refusal.YEAR_NOT_OVER, "RB 7.2.1", year=message.year)
    require(
        state.reports.of(block.holder_id).get(number_key(message.year)) is None,
        Refusal.REPORT_FILED,
        "RB 7.2.1",
        year=message.year,
    )


def _late(state: StateView, block: BlockContext, over: Instant) -> bool:
    """A new Member has 90 days for the years that were over when it was admitted.  (RB 7.1.4)"""
    holder = state.holders.get(block.holder_id)
    assert holder is not None, "an authorised signer has a holder"
    allowed = DAYS_FOR_EARLIER_YEARS * SECONDS_PER_DAY
    return over <= holder.admitted_at and block.now > holder.admitted_at + allowed
