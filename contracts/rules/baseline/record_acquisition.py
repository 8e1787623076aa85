"""A Member reports a facility that it acquired.  (RB 6.5.4)"""

from collections.abc import Sequence

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.facilities_held import held_tonnes
from cfi.contracts.state.filings import standing_baseline
from cfi.contracts.state.rows.baseline import (
    BASELINE_CHANGES,
    Baseline,
    BaselineChange,
    ChangeKind,
)
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_BASELINE_CHANGES, MAX_MEMBER_TONNES, MAX_SOURCE_TONNES
from cfi.contracts.wire.messages.baseline.record_acquisition import RecordAcquisition
from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.refusal import Refusal, require


def record_acquisition(
    state: StateView, message: RecordAcquisition, block: BlockContext
) -> Changes:
    """Keep the report until allowances are adjusted for it."""
    baseline = standing_baseline(state, block.holder_id)
    changes = list(state.baseline_changes.of(block.holder_id).all())
    require(
        held_tonnes(baseline, changes, message.facility_id) == 0,
        Refusal.FACILITY_HELD,
        "RB 6.5.4",
        facility_id=message.facility_id,
    )
    require(
        message.baseline_tonnes <= MAX_SOURCE_TONNES,
        Refusal.TOO_MANY_TONNES,
        "RB 6.5.4",
        tonnes=message.baseline_tonnes,
    )
    _require_believable(baseline, changes, message)
    require(
        len(changes) < MAX_BASELINE_CHANGES and state.holder_has_room(block.holder_id),
        Refusal.TOO_MANY_RECORDS,
        "RB 6.5.4",
    )

    change = BaselineChange(
        number=Count(len(changes) + 1),
        kind=ChangeKind.ACQUISITION,
        facility_id=message.facility_id,
        baseline_tonnes=message.baseline_tonnes,
        first_day=message.first_day,
        reported_at=block.now,
        adjusted_at=None,
    )
    return Changes.of(put(BASELINE_CHANGES, block.holder_id, change))


def _require_believable(
    baseline: Baseline, changes: Sequence[BaselineChange], message: RecordAcquisition
) -> None:
    """Refuse more than any Member's baseline comes to, whatever was sold: a report can't be taken
    back, and one that can't be adjusted for would hold up all others.
    """
    came = sum(change.baseline_tonnes for change in changes if change.came)
    after = baseline.enrolment_tonnes + came + message.baseline_tonnes
    require(
        after <= MAX_MEMBER_TONNES,
        Refusal.TOO_MANY_TONNES,
        "RB 6.5.4",
        baseline_tonnes=after,
    )
