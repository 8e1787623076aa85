"""Schedule an upgrade of the rules.  (RB 3.14)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Count, Height


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleUpgrade:
    """The Exchange has another version of the rules decide, from a height to come."""

    app_version: Count
    from_height: Height
