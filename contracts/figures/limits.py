"""Shares of the programme-wide baseline.  (RB 4.11.3, 4.11.5, 4.11.6, Appendix 4.1)"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from cfi.contracts.wire.quantities import BasisPoints, Tonnes, share


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeWide:
    """The programme-wide baseline of direct emissions: now, and its highest so far."""

    baseline_tonnes: Tonnes
    highest_tonnes: Tonnes


def ratcheted(levels: Sequence[Tonnes]) -> ProgrammeWide:
    """The programme-wide baseline after its levels over time, oldest first.

    A fall lowers no limit, and a rise raises one only above the earlier high.  (RB 4.11.3)
    """
    return ProgrammeWide(baseline_tonnes=levels[-1], highest_tonnes=max(levels))


def escalation(baseline_tonnes: Tonnes, emissions_tonnes: Tonnes | None) -> Fraction:
    """What limits are multiplied by where programme-wide emissions exceed the baseline; else 1."""
    if emissions_tonnes is None or emissions_tonnes <= baseline_tonnes or not baseline_tonnes:
        return Fraction(1)
    return Fraction(emissions_tonnes, baseline_tonnes)


def sales_limit(
    bps: BasisPoints, programme: ProgrammeWide, emissions_tonnes: Tonnes | None
) -> Fraction:
    """Tonnes of a vintage that one Member may sell, net: ratcheted and escalated.  (RB 4.11.3)"""
    most = share(programme.highest_tonnes, bps)
    return most * escalation(programme.baseline_tonnes, emissions_tonnes)


def offset_limit(
    bps: BasisPoints, programme: ProgrammeWide, emissions_tonnes: Tonnes | None
) -> Fraction:
    """Tonnes of offsets to be used (or, owned and operated, sold and used): escalated, no ratchet.

    (RB 4.11.5, 4.11.6)
    """
    most = share(programme.baseline_tonnes, bps)
    return most * escalation(programme.baseline_tonnes, emissions_tonnes)
