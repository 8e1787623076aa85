"""What instructions about a Member's baseline have to name, so that two people see the same.

(RB 3.6, 6.5)
"""

from collections.abc import Callable
from typing import Any

from cfi.contracts.rules.baseline.adjust_baseline import adjustment_due
from cfi.contracts.rules.baseline.establish_baseline import baseline_due
from cfi.contracts.state.filings import filing_hash
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.messages.baseline.adjust_baseline import AdjustBaseline
from cfi.contracts.wire.messages.baseline.establish_baseline import EstablishBaseline
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.refusal import RefusedError
from cfi.contracts.wire.schema import schema_of
from cfi.contracts.wire.text import HolderId


def baseline_figures(state: StateView, member: HolderId, now: Instant) -> dict[str, Any]:
    """The instructions that the rules would take now, encoded, or why there is none; and the hash
    of each facility as filed.
    """
    filed = state.facilities.of(member).all()
    return {
        "establish": _told(lambda: _establish(state, member, now)),
        "adjust": _told(lambda: _adjust(state, member)),
        "filings": {each.facility_id: filing_hash(each) for each in filed},
    }


def _told(work_out: Callable[[], Any]) -> dict[str, Any]:
    try:
        message = work_out()
    except RefusedError as error:
        return {"body": None, "refusal": error.refusal.name, "section": error.section}
    return {"body": schema_of(type(message)).encode(message), "refusal": None, "section": None}


def _establish(state: StateView, member: HolderId, now: Instant) -> EstablishBaseline:
    due = baseline_due(state, member, now)
    return EstablishBaseline(
        member=member, inputs_hash=due.inputs_hash, baseline_tonnes=due.enrolment_tonnes
    )


def _adjust(state: StateView, member: HolderId) -> AdjustBaseline:
    due = adjustment_due(state, member)
    return AdjustBaseline(member=member, inputs_hash=due.inputs_hash, years=due.adjusted_years)
