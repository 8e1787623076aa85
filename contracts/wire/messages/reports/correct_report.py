"""Correct an emission report after an audit's findings.  (RB 7.2)"""

from dataclasses import dataclass

from cfi.contracts.wire.emissions import ReportLine, WarmingSet
from cfi.contracts.wire.quantities import Tonnes, Year


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectReport:
    """A Member's report as it should have been, in full, signed by an officer."""

    year: Year
    warming_set: WarmingSet
    lines: tuple[ReportLine, ...]
    best_in_class_tonnes: Tonnes
    """What a gas combined cycle would have emitted for the new units' electricity.  (RB 4.9)"""
    renewable_excluded: bool
    """The officer attests that renewable fuels are left out.  (RB 6.3.2)"""
