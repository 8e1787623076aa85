"""What a Member has to surrender for a year.  (RB 4.7, 4.8, 4.9, 4.10, 7.2.1)"""

from fractions import Fraction

from cfi.contracts.wire.programme import ElectricityRate
from cfi.contracts.wire.quantities import (
    BasisPoints,
    MegawattHours,
    Tonnes,
    less_share,
    nearest_hundred,
    plus_share,
    share,
)

_HUNDRED_MWH = 100


def obligation(
    included_tonnes: Fraction | int, baseline_tonnes: Fraction | int, growth_bps: BasisPoints
) -> Tonnes:
    """Tonnes to surrender: the included emissions, up to what the growth provision recognises.

    Each is rounded to the nearest 100 t before they are compared.  (RB 4.7, 4.8, 7.2.1)
    """
    most_recognised = plus_share(baseline_tonnes, growth_bps)
    return Tonnes(min(nearest_hundred(included_tonnes), nearest_hundred(most_recognised)))


def included_from_new_units(
    emissions_tonnes: Fraction | int,
    best_in_class_tonnes: Fraction | int,
    exemption_tonnes: Tonnes,
) -> Fraction:
    """Tonnes to include of a Member's new power units in a year.

    Emissions count beyond both the flat exemption and what a best-in-class gas combined cycle plant
    would have emitted for the same electricity.  (RB 4.9)
    """
    exempt = max(Fraction(exemption_tonnes), Fraction(best_in_class_tonnes))
    return max(Fraction(0), Fraction(emissions_tonnes) - exempt)


def electricity_balance(
    baseline_mwh: MegawattHours,
    purchases_mwh: MegawattHours,
    reduction_bps: BasisPoints,
    growth_bps: BasisPoints,
    rate: ElectricityRate,
) -> Fraction:
    """Tonnes to issue for electricity bought below the year's target; negative: tonnes owed.

    Either is bounded by reduction and growth provision together.  (RB 4.10.1, 4.10.2, 4.11.2)
    """
    below_target = less_share(baseline_mwh, reduction_bps) - purchases_mwh
    most = share(baseline_mwh, reduction_bps + growth_bps)
    return max(-most, min(below_target, most)) * Fraction(rate.tonnes_per_hundred_mwh, _HUNDRED_MWH)
