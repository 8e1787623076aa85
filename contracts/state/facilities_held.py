"""What part of a Member's baseline is a facility's.  (RB 6.5.4, 6.5.5)"""

from collections.abc import Sequence
from itertools import accumulate

from cfi.contracts.state.rows.baseline import Baseline, BaselineChange
from cfi.contracts.wire.quantities import Instant, Tonnes
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


def least_held(
    baseline: Baseline, changes: Sequence[BaselineChange], facility_id: FacilityId
) -> int:
    """The least that a facility stands for on any day after the changes; below 0 where it goes
    before it came.
    """
    by_day: dict[Instant, int] = {}
    for change in changes:
        if change.facility_id == facility_id:
            tonnes = change.baseline_tonnes if change.came else -change.baseline_tonnes
            by_day[change.first_day] = by_day.get(change.first_day, 0) + tonnes
    at_first: int = held_tonnes(baseline, (), facility_id)
    return min(accumulate((by_day[day] for day in sorted(by_day)), initial=at_first))
