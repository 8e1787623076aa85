"""Fix when a year's true-up goes through its stages.  (RB 4.7)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Year


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleTrueUp:
    """The Exchange's instruction to hold the true-up of a year at the programme's dates."""

    compliance_year: Year
