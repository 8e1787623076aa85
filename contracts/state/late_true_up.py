"""Years that are trued up late, for one Member.  (RB 2.7.1, 4.7, 6.5.6, 7.1.4)"""

from dataclasses import replace
from typing import Final

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.filings import DAYS_FOR_EARLIER_YEARS
from cfi.contracts.state.rows.custody import Lot, Restriction
from cfi.contracts.state.rows.reports import ReportState
from cfi.contracts.state.rows.true_up import (
    LATE_TRUE_UPS,
    ComplianceStatus,
    LateStep,
    LateTrueUp,
    Stage,
)
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import SECONDS_PER_DAY, Instant, Year, small_code
from cfi.contracts.wire.text import HolderId

HELD_FOR_ITS_YEAR: Final[int] = Restriction.NO_SALE | Restriction.NO_COMPLIANCE
"""On allowances of a year that is still to be trued up for their Member: only that takes them."""
_DAYS_TO_AUDIT_AND_DELIVER: Final = 90


def comes_too_late(state: StateView, member: HolderId, year: Year) -> bool:
    """Whether allowances of a year that a Member gets now miss the year's true-up.

    They don't while it is still to settle or to close the year for the Member.
    """
    if state.late_true_ups.of(member).get(number_key(year)) is not None:
        return True
    true_up = state.true_ups.get(number_key(year))
    if true_up is None or true_up.stage < Stage.SETTLE:
        return False
    obligation = state.obligations.of(member).get(number_key(year))
    return obligation is None or obligation.status is not ComplianceStatus.PENDING


def begin_late_true_up(state: StateView, member: HolderId, year: Year, now: Instant) -> Changes:
    """Have a year trued up for one Member: when its report is final, at the latest at a date.

    A year that closed on the Member before is closed anew at once. Work that has begun begins anew:
    it may have passed by what the Member gets meanwhile.
    """
    late = state.late_true_ups.of(member).get(number_key(year))
    if late is not None:
        anew = replace(late, step=LateStep.TAKE, progress=None)
        return Changes.of(put(LATE_TRUE_UPS, member, anew))
    if state.obligations.of(member).get(number_key(year)) is not None:
        closes_at = due_at = now
    else:
        closes_at = _closes_at(state, member, now)
        report = state.reports.of(member).get(number_key(year))
        final = report is not None and report.state is ReportState.FINAL
        due_at = now if final else closes_at
    row = LateTrueUp(
        year=year,
        holder_id=member,
        closes_at=closes_at,
        due_at=due_at,
        step=LateStep.TAKE,
        progress=None,
    )
    return Changes.of(put(LATE_TRUE_UPS, member, row))


def let_go(lot: Lot, year: Year, left: Restriction = Restriction.NONE) -> Lot:
    """A lot as the true-up of a year sees it: what was held for the year carries only what is left.

    Nobody else sees it so before the year has closed.
    """
    held = lot.instrument is Instrument.XA and lot.restrictions == HELD_FOR_ITS_YEAR
    return replace(lot, restrictions=small_code(left)) if held and lot.vintage == year else lot


def _closes_at(state: StateView, member: HolderId, now: Instant) -> Instant:
    """After the time that a new Member has to report earlier years, and time to audit, to buy and
    to deliver; in whole days from its admission or from now.
    """
    holder = state.holders.get(member)
    assert holder is not None, "who is allocated to is a holder"
    reported = max(now, holder.admitted_at + DAYS_FOR_EARLIER_YEARS * SECONDS_PER_DAY)
    return Instant(reported + _DAYS_TO_AUDIT_AND_DELIVER * SECONDS_PER_DAY)
