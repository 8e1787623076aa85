"""A Member reports a facility that it sold.  (RB 6.5.5)"""

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.facilities_held import held_tonnes, least_held
from cfi.contracts.state.filings import standing_baseline
from cfi.contracts.state.rows.baseline import BASELINE_CHANGES, BaselineChange, ChangeKind
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_BASELINE_CHANGES
from cfi.contracts.wire.messages.baseline.record_sale import RecordSale
from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.refusal import Refusal, require


def record_sale(state: StateView, message: RecordSale, block: BlockContext) -> Changes:
    """Keep the report until allowances are adjusted for it. Nothing goes before it came."""
    baseline = standing_baseline(state, block.holder_id)
    changes = list(state.baseline_changes.of(block.holder_id).all())
    held = held_tonnes(baseline, changes, message.facility_id)
    require(held > 0, Refusal.UNKNOWN_FACILITY, "RB 6.5.5", facility_id=message.facility_id)
    require(
        message.baseline_tonnes <= held,
        Refusal.MORE_THAN_FACILITY,
        "RB 6.5.5",
        asked=message.baseline_tonnes,
        held=held,
    )
    require(
        len(changes) < MAX_BASELINE_CHANGES and state.holder_has_room(block.holder_id),
        Refusal.TOO_MANY_RECORDS,
        "RB 6.5.5",
    )

    change = BaselineChange(
        number=Count(len(changes) + 1),
        kind=ChangeKind.SALE,
        facility_id=message.facility_id,
        baseline_tonnes=message.baseline_tonnes,
        first_day=message.first_day,
        reported_at=block.now,
        adjusted_at=None,
    )
    require(
        least_held(baseline, [*changes, change], message.facility_id) >= 0,
        Refusal.DATES_OUT_OF_ORDER,
        "RB 6.5.5",
        facility_id=message.facility_id,
        first_day=message.first_day,
    )
    return Changes.of(put(BASELINE_CHANGES, block.holder_id, change))
