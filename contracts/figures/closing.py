"""What becomes of a vintage's surplus when its year closes.  (RB 4.11.2, 4.11.4)"""

from dataclasses import dataclass
from fractions import Fraction

from cfi.contracts.wire.quantities import SignedTonnes, Tonnes, nearest_hundred


@dataclass(frozen=True, slots=True, kw_only=True)
class YearAtClose:
    """A Member's year as it closes."""

    target_tonnes: Tonnes
    emissions_tonnes: Tonnes
    most_emitted: Fraction
    """Tonnes up to which the growth provision recognises emissions.  (RB 4.8)"""
    most_recognised: Fraction | None
    """The Maximum Recognized Emission Reduction in tonnes; None where it doesn't apply."""
    sales_limit: Fraction | None
    """The Single Firm Sales Limit in tonnes, where what exceeds it goes to the Special Reserve."""
    net_sold_tonnes: SignedTonnes
    unmatched_excess_tonnes: Tonnes
    """Earlier years' emissions beyond the growth provision that nothing has made good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """Where a surplus goes, in tonnes of whole CFIs; the rest is sold or banked."""

    surplus_tonnes: Tonnes
    special_reserve_tonnes: Tonnes
    super_reduction_tonnes: Tonnes
    not_established_tonnes: Tonnes
    """Beyond the recognised, but it only makes good earlier excess.  (RB 4.11.2)"""
    unmatched_excess_tonnes: Tonnes


def disposition(year: YearAtClose) -> Disposition:
    """Divide a year's surplus into Super Reductions, Special Reserve and what may be sold or banked.

    Each part is rounded to the nearest 100 t.  (RB 4.11.2, 4.11.4, appendix 4.3)
    """
    surplus = max(0, year.target_tonnes - year.emissions_tonnes)
    most = surplus if year.most_recognised is None else year.most_recognised
    beyond = nearest_hundred(max(Fraction(0), surplus - Fraction(most)))
    matched = min(beyond, year.unmatched_excess_tonnes)
    excess = nearest_hundred(max(Fraction(0), year.emissions_tonnes - year.most_emitted))
    return Disposition(
        surplus_tonnes=Tonnes(surplus),
        special_reserve_tonnes=_special_reserve(year, Fraction(surplus - beyond)),
        super_reduction_tonnes=Tonnes(beyond - matched),
        not_established_tonnes=Tonnes(matched),
        unmatched_excess_tonnes=Tonnes(year.unmatched_excess_tonnes - matched + excess),
    )


def _special_reserve(year: YearAtClose, recognised: Fraction) -> Tonnes:
    """What is neither sold nor may be banked because of the sales limit.  (RB 4.11.4, line 12)"""
    if year.sales_limit is None:
        return Tonnes(0)
    kept = max(min(recognised, year.sales_limit), Fraction(year.net_sold_tonnes))
    return Tonnes(nearest_hundred(max(Fraction(0), recognised - kept)))
