"""What part of a Member's baseline is a facility's.  (RB 6.5.4, 6.5.5)"""

from collections.abc import Sequence

from cfi.contracts.state.rows.baseline import Baseline, BaselineChange
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.text import FacilityId


def held_tonnes(
    baseline: Baseline, changes: Sequence[BaselineChange], facility_id: FacilityId
) -> Tonnes:
    """Tonnes of the baseline that a facility stands for after the changes; 0 if it isn't in."""
    tonnes: int = sum(
        one.tonnes for one in baseline.facilities if one.included and one.facility_id == facility_id
    )
    for change in changes:
        if change.facility_id == facility_id:
            tonnes += change.baseline_tonnes if change.came else -change.baseline_tonnes
    return Tonnes(tonnes)
