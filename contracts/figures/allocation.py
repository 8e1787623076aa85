"""Targets and the allowances issued for them.  (RB 4.6, 4.12)"""

from dataclasses import dataclass
from fractions import Fraction

from cfi.contracts.figures.schedule import reduction, years_bound
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import (
    BasisPoints,
    Cfis,
    Year,
    less_share,
    nearest_cfis,
    share_rounded_down,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A Member's allowances of one vintage."""

    year: Year
    target_tonnes: Fraction
    issued: Cfis
    """With those withheld."""
    withheld: Cfis


def target(baseline_tonnes: Fraction | int, reduction_bps: BasisPoints) -> Fraction:
    """The exact tonnes that a Member may emit without buying.  (RB 4.6)"""
    return less_share(baseline_tonnes, reduction_bps)


def withheld_cfis(issued: Cfis, withheld_bps: BasisPoints) -> Cfis:
    """The part of an allocation kept for auctions, rounded down.  (RB 4.12)"""
    return Cfis(share_rounded_down(issued, withheld_bps))


def allocations(
    terms: ProgrammeTerms,
    first_year: Year,
    baseline_tonnes: Fraction | int,
    withheld_bps: BasisPoints,
) -> tuple[Allocation, ...]:
    """A Member's allowances, year by year: the CFIs nearest to each target.

    Refused with NO_SCHEDULE where the programme has no schedule for the first year.  (RB 4.6, 4.12)
    """
    made = []
    for year in years_bound(terms, first_year):
        exact = target(baseline_tonnes, reduction(terms, first_year, year))
        issued = nearest_cfis(exact)
        withheld = withheld_cfis(issued, withheld_bps)
        made.append(Allocation(year=year, target_tonnes=exact, issued=issued, withheld=withheld))
    return tuple(made)
