"""Look-ups in a programme's tables.  (RB 4.6, 4.8, 4.11.3, RB file 13)"""

from collections.abc import Iterable

from cfi.contracts.figures.errors import FigureCode, FigureError
from cfi.contracts.wire.programme import (
    BaselinePeriod,
    ElectricityRate,
    ProgrammeTerms,
    ReductionSchedule,
    YearRate,
)
from cfi.contracts.wire.quantities import BasisPoints, Year


def rate_of(rates: Iterable[YearRate], year: Year) -> BasisPoints | None:
    """The basis points that a table gives for a year, or None."""
    return next((rate.bps for rate in rates if rate.year == year), None)


def required_rate(rates: Iterable[YearRate], year: Year, table: str) -> BasisPoints:
    """The basis points that a table gives for a year; refused where the programme sets none."""
    bps = rate_of(rates, year)
    if bps is None:
        raise FigureError(FigureCode.NOT_SET_BY_PROGRAMME, table=table, year=year)
    return bps


def reduction_schedule(terms: ProgrammeTerms, first_year: Year) -> ReductionSchedule:
    """The reduction schedule of a Member by its first year.  (RB 4.6, RB file 13)"""
    for schedule in terms.reductions:
        if schedule.from_first_year <= first_year <= schedule.to_first_year:
            return schedule
    raise FigureError(FigureCode.NO_SCHEDULE, programme=terms.name, first_year=first_year)


def years_bound(terms: ProgrammeTerms, first_year: Year) -> tuple[Year, ...]:
    """The years for which a Member has a target, in order."""
    return tuple(rate.year for rate in reduction_schedule(terms, first_year).rows)


def reduction(terms: ProgrammeTerms, first_year: Year, year: Year) -> BasisPoints:
    """How far below baseline a Member's target is in a year, in basis points."""
    return required_rate(reduction_schedule(terms, first_year).rows, year, "reductions")


def growth_provision(terms: ProgrammeTerms, year: Year) -> BasisPoints:
    """How far above baseline emissions are recognised in a year, in basis points.  (RB 4.8)"""
    return required_rate(terms.growth_provision, year, "growth_provision")


def may_sell(terms: ProgrammeTerms, first_year: Year, year: Year) -> bool:
    """Whether a Member may sell or bank a year's surplus: not before it enrolled.  (RB 2.7.1)"""
    return not (terms.bound_for_all_years and year < first_year)


def may_be_first(terms: ProgrammeTerms, first_year: Year, joined: Year) -> bool:
    """Whether a year can be the first to bind a Member that joins in another.

    It is the year of joining, or the programme's first where that is still to come. Earlier ones
    are for who was a Member before: of the initial phase, or enrolled as the programme begins.
    Refused where the programme has no schedule for the year.  (RB 2.7.1, RB file 13)
    """
    bound = years_bound(terms, first_year)
    latest = max(joined, terms.first_year)
    if first_year >= latest or terms.bound_for_all_years:
        return first_year == latest
    return joined <= terms.first_year or bound[0] > first_year


def first_year_enrolled(terms: ProgrammeTerms, first_year: Year, enrolled: Year) -> Year:
    """A Member's first year when it is admitted in another.

    Where Members are bound for all years, those before it enrolled give it nothing to sell.
    Refused where the programme has no schedule for it.  (RB 2.7.1)
    """
    first = max(first_year, enrolled) if terms.bound_for_all_years else first_year
    reduction_schedule(terms, first)
    return first


def baseline_period(terms: ProgrammeTerms, name: str) -> BaselinePeriod:
    """One of the periods that a Member may elect, by name; refused where there is none."""
    for period in terms.baseline_periods:
        if period.name == name:
            return period
    raise FigureError(FigureCode.NOT_SET_BY_PROGRAMME, table="baseline_periods", name=name)


def electricity_rate(terms: ProgrammeTerms, country: str) -> ElectricityRate:
    """The rate of a country's electricity; refused where there is none.  (RB 4.10.1)"""
    for rate in terms.electricity_rates:
        if rate.country == country:
            return rate
    raise FigureError(FigureCode.NOT_SET_BY_PROGRAMME, table="electricity_rates", name=country)
