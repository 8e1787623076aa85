"""Where a Member stands at the end of a year.  (RB 4.7, 4.8, 4.11.2, 4.11.4, Appendix 4.3)"""

from dataclasses import dataclass
from fractions import Fraction

from cfi.contracts.figures.errors import FigureCode, FigureError
from cfi.contracts.wire.quantities import (
    BasisPoints,
    Tonnes,
    Year,
    less_share,
    nearest,
    plus_share,
    share,
)

_NONE = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTerms:
    """What the programme sets for a Member's year."""

    year: Year
    reduction_bps: BasisPoints
    growth_bps: BasisPoints
    surplus_capped: bool
    """Whether the maximum recognised reduction bounds this Member's surplus."""
    keeps_special_reserve: bool
    """Whether sales and banking together are limited, and the rest reserved (2003)."""
    may_sell: bool
    """Whether the Member may sell or bank this year's surplus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFacts:
    """What happened in a Member's year. All in tonnes."""

    baseline: Fraction
    emissions: Fraction
    sales_limit: Fraction | None
    sold: Tonnes
    net_purchases: Tonnes
    excess_before: Fraction
    """Earlier emissions beyond the growth provision that no Super Reduction has made good yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A Member's year, in exact tonnes."""

    year: Year
    target: Fraction
    gross: Fraction
    """Target less emissions: negative when short."""
    maximum_recognised: Fraction
    required_purchase: Fraction
    recognised_surplus: Fraction
    sales_limit: Fraction | None
    sellable: Fraction
    sold: Tonnes
    banked: Fraction
    special_reserve: Fraction | None
    super_reductions: Fraction
    excess_after: Fraction


def capped(*, electricity: bool, enrolment_baseline: Fraction | int, threshold: Tonnes) -> bool:
    """Whether the maximum recognised bounds a surplus; of electricity always.  (RB 4.11.2)"""
    return electricity or enrolment_baseline > threshold


def position(terms: YearTerms, facts: YearFacts) -> Position:
    """A Member's year, line by line as in Appendix 4.3.

    Refused with SOLD_ABOVE_SELLABLE where more was sold than could be.  (RB 4.8, 4.11.2, 4.11.4)
    """
    target = less_share(facts.baseline, terms.reduction_bps)
    gross = target - facts.emissions
    most = maximum_recognised(facts.baseline, terms.reduction_bps, terms.growth_bps)
    surplus = max(_NONE, gross)
    recognised = min(surplus, most) if terms.surplus_capped else surplus
    sellable = _sellable(terms, facts, recognised)
    if facts.sold > nearest(sellable):
        raise FigureError(
            FigureCode.SOLD_ABOVE_SELLABLE,
            year=terms.year,
            sold=facts.sold,
            sellable=nearest(sellable),
        )
    required = min(max(_NONE, -gross), most)
    earned = surplus - recognised
    over = max(_NONE, facts.emissions - plus_share(facts.baseline, terms.growth_bps))
    owing = facts.excess_before + over
    return Position(
        year=terms.year,
        target=target,
        gross=gross,
        maximum_recognised=most,
        required_purchase=required,
        recognised_surplus=recognised,
        sales_limit=facts.sales_limit,
        sellable=sellable,
        sold=facts.sold,
        banked=_banked(terms, facts, recognised, sellable, required),
        special_reserve=_special_reserve(terms, recognised, sellable),
        super_reductions=max(_NONE, earned - owing),
        excess_after=max(_NONE, owing - earned),
    )


def maximum_recognised(
    baseline: Fraction, reduction_bps: BasisPoints, growth_bps: BasisPoints
) -> Fraction:
    """The most that a Member has to buy, and the most surplus that is recognised, in tonnes.

    The growth provision lies as far below the target as above it.  (RB 4.8, 4.11.2)
    """
    return share(baseline, reduction_bps + growth_bps)


def _sellable(terms: YearTerms, facts: YearFacts, recognised: Fraction) -> Fraction:
    """The binding constraint on sales: Appendix 4.3, line 9."""
    if not terms.may_sell:
        return _NONE
    return recognised if facts.sales_limit is None else min(recognised, facts.sales_limit)


def _banked(
    terms: YearTerms,
    facts: YearFacts,
    recognised: Fraction,
    sellable: Fraction,
    required: Fraction,
) -> Fraction:
    """What is kept for later years: Appendix 4.3, line 11.

    Net purchases add to it, after what had to be bought for this year.  (RB 4.11.4)
    """
    surplus = recognised if terms.may_sell and not terms.keeps_special_reserve else sellable
    own = max(_NONE, surplus - facts.sold)
    return own + max(_NONE, facts.net_purchases - required)


def _special_reserve(terms: YearTerms, recognised: Fraction, sellable: Fraction) -> Fraction | None:
    """What may be neither sold nor banked and is reserved: Appendix 4.3, line 12.  (RB 4.11.4)"""
    if not terms.keeps_special_reserve:
        return None
    return recognised - sellable if terms.may_sell else _NONE
