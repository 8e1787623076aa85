"""A year's figure where data are whole, partial or missing.  (RB 6.6, Figure 6.1)

Availability is counted over 1998 to 2003, for the years in which a facility was working throughout.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from fractions import Fraction
from typing import Final

from cfi.contracts.figures.errors import FigureCode, FigureError
from cfi.contracts.figures.facility import (
    FIRST_DATA_YEAR,
    LAST_DATA_YEAR,
    Facility,
    YearData,
    days_in,
)
from cfi.contracts.wire.quantities import Year, power

PERIOD: Final = (Year(1998), Year(1999), Year(2000), Year(2001))
LEAST_DAYS: Final = 220
GROWTH: Final = Fraction(101, 100)
BACK_A_YEAR: Final = Fraction(990_099, 1_000_000)
"""1 / 1.01 as the Rulebook prints it."""
_MANY_MISSING: Final = 3
_LEAST_COMPLETE: Final = 2


@unique
class Method(StrEnum):
    """How a year's figure was made."""

    REPORTED = "reported"
    ANNUALISED = "annualised"
    INTERPOLATED = "interpolated"
    EXTRAPOLATED = "extrapolated"
    BACK_CALCULATED = "back-calculated"
    COMMITTEE = "committee"
    NOT_IN_SERVICE = "not-in-service"
    SHUT_DOWN = "shut-down"


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFigure:
    """A year's quantity, exact, and how it was made."""

    year: Year
    quantity: Fraction
    method: Method


def annual(data: YearData) -> YearFigure | None:
    """A year's figure from its own data: as reported, or annualised from 220 days or more, or None.

    (RB 6.6.1)
    """
    whole = days_in(data.year)
    if data.days == whole:
        return YearFigure(year=data.year, quantity=data.quantity, method=Method.REPORTED)
    if data.days < LEAST_DAYS:
        return None
    quantity = data.quantity * Fraction(whole, data.days)
    return YearFigure(year=data.year, quantity=quantity, method=Method.ANNUALISED)


def figure_of(
    facility: Facility,
    available: Mapping[Year, YearFigure],
    year: Year,
    expected: Sequence[Year] = PERIOD,
) -> YearFigure:
    """A year's figure by Figure 6.1, a committee's before any other.

    `available` has the years whose own data suffice, `expected` those of the period that the
    facility worked throughout. Refused with NO_COMMITTEE_METHOD where the
    Rulebook prescribes no method and no committee did.  (RB 6.6)
    """
    for decided in facility.committee_figures:
        if decided.year == year:
            return YearFigure(year=year, quantity=decided.quantity, method=Method.COMMITTEE)
    made = available.get(year) or _imputed(available, year, expected)
    if made is None:
        raise FigureError(
            FigureCode.NO_COMMITTEE_METHOD, facility_id=facility.facility_id, year=year
        )
    return made


def _imputed(
    available: Mapping[Year, YearFigure], year: Year, expected: Sequence[Year]
) -> YearFigure | None:
    missing = [wanted for wanted in expected if wanted not in available]
    if len(missing) >= _MANY_MISSING:
        return _back_calculated(available, year)
    if year == PERIOD[0]:
        return _scaled(available, year, Year(year + 1), BACK_A_YEAR, Method.EXTRAPOLATED)
    if year == PERIOD[-1]:
        return _scaled(available, year, Year(year - 1), GROWTH, Method.EXTRAPOLATED)
    return _interpolated(available, year) if year in PERIOD else None


def _scaled(
    available: Mapping[Year, YearFigure], year: Year, source: Year, factor: Fraction, method: Method
) -> YearFigure | None:
    found = available.get(source)
    if found is None:
        return None
    return YearFigure(year=year, quantity=found.quantity * factor, method=method)


def _interpolated(available: Mapping[Year, YearFigure], year: Year) -> YearFigure | None:
    """The mean of the years before and after.  (RB 6.6.2.1)"""
    before, after = available.get(Year(year - 1)), available.get(Year(year + 1))
    if before is None or after is None:
        return None
    mean = (before.quantity + after.quantity) * Fraction(1, 2)
    return YearFigure(year=year, quantity=mean, method=Method.INTERPOLATED)


def _back_calculated(available: Mapping[Year, YearFigure], year: Year) -> YearFigure | None:
    """Back from the first complete year after the gap, 1% a year.  (RB 6.6.2.3)"""
    complete = [y for y in range(FIRST_DATA_YEAR, LAST_DATA_YEAR + 1) if Year(y) in available]
    after = [Year(y) for y in complete if y > year]
    if len(complete) < _LEAST_COMPLETE or not after:
        return None
    factor = power(BACK_A_YEAR, after[0] - year)
    return _scaled(available, year, after[0], factor, Method.BACK_CALCULATED)
