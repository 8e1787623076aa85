"""A facility's baseline: which years count, and their mean.  (RB 6.5.1, 6.5.2, 6.5.3, 6.7.3)"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from cfi.contracts.figures.errors import FigureCode, FigureError
from cfi.contracts.figures.facility import (
    FIRST_DATA_YEAR,
    LAST_DATA_YEAR,
    CalendarDay,
    Facility,
    days_in,
)
from cfi.contracts.figures.missing_data import PERIOD, Method, YearFigure, annual, figure_of
from cfi.contracts.wire.programme import BaselinePeriod
from cfi.contracts.wire.quantities import Year, share

_LAST_SERVICE_YEAR: Final = PERIOD[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityBaseline:
    """A facility's baseline, the owner's share of it, exact."""

    years: tuple[YearFigure, ...]
    quantity: Fraction


def facility_baseline(
    facility: Facility, period: BaselinePeriod, *, electricity: bool = False
) -> FacilityBaseline:
    """The owner's share of a facility's baseline, in its data's unit, and the years it rests on.

    Refused where data contradict themselves (NOT_A_YEAR_OF_DATA, DAYS_OUT_OF_RANGE,
    NEGATIVE_EMISSIONS, SHUT_DOWN_BEFORE_SERVICE, EMISSIONS_AFTER_SHUT_DOWN) or no method is
    prescribed for what is missing (NO_COMMITTEE_METHOD).  (RB 6.5, 6.6)
    """
    check(facility)
    if facility.shut_down is not None and facility.shut_down.year <= period.last_year:
        whole = _shut_down(facility, facility.shut_down, period)
    else:
        first = _first_available(facility, electricity=electricity)
        available = _available(facility, first)
        expected = _expected(facility, first)
        years = baseline_years(facility.in_service, period, electricity=electricity)
        whole = [figure_of(facility, available, year, expected) for year in years]
    return _owned(facility, whole)


def baseline_years(
    in_service: CalendarDay | None, period: BaselinePeriod, *, electricity: bool
) -> tuple[Year, ...]:
    """The years whose mean is a working facility's baseline; none if it came after the period.

    In service in 1998 to 2000: the first two complete years (of electricity: the first two),
    in 2001: the first complete one; the elected period where it worked throughout.  (RB 6.5.2)
    """
    in_period = tuple(Year(y) for y in range(period.first_year, period.last_year + 1))
    if in_service is None or first_complete(in_service) <= period.first_year:
        return in_period
    if in_service.year > _LAST_SERVICE_YEAR:
        return ()
    if in_service.year == _LAST_SERVICE_YEAR:
        return (first_complete(in_service),)
    first = in_service.year if electricity else first_complete(in_service)
    return (first, Year(first + 1))


def first_complete(in_service: CalendarDay) -> Year:
    """The first calendar year of which a facility worked every day."""
    return in_service.year if in_service.opens_the_year else Year(in_service.year + 1)


def check(facility: Facility) -> None:
    """Refuse data that can't be so."""
    name = facility.facility_id
    opened, closed = facility.in_service, facility.shut_down
    if opened is not None and closed is not None and closed < opened:
        raise FigureError(FigureCode.SHUT_DOWN_BEFORE_SERVICE, facility_id=name)
    for known in facility.data:
        if not FIRST_DATA_YEAR <= known.year <= LAST_DATA_YEAR:
            raise FigureError(FigureCode.NOT_A_YEAR_OF_DATA, facility_id=name, year=known.year)
        if not 0 <= known.days <= days_in(known.year):
            raise FigureError(FigureCode.DAYS_OUT_OF_RANGE, facility_id=name, year=known.year)
        if known.quantity < 0:
            raise FigureError(FigureCode.NEGATIVE_EMISSIONS, facility_id=name, year=known.year)
        if closed is not None and known.year > closed.year and known.quantity:
            raise FigureError(
                FigureCode.EMISSIONS_AFTER_SHUT_DOWN, facility_id=name, year=known.year
            )


def _first_available(facility: Facility, *, electricity: bool) -> Year:
    if facility.in_service is None:
        return FIRST_DATA_YEAR
    return facility.in_service.year if electricity else first_complete(facility.in_service)


def _expected(facility: Facility, first: Year) -> tuple[Year, ...]:
    """The years of 1998 to 2001 of which a facility's data could be whole."""
    closed = facility.shut_down
    return tuple(y for y in PERIOD if y >= first and (closed is None or y < closed.year))


def _available(facility: Facility, first: Year) -> dict[Year, YearFigure]:
    """Figures of the years, from the first, of full work and with enough data."""
    found: dict[Year, YearFigure] = {}
    for known in facility.data:
        figure = annual(known)
        closed = facility.shut_down
        ended = closed is not None and known.year >= closed.year
        if figure is not None and known.year >= first and not ended:
            found[known.year] = figure
    return found


def _shut_down(facility: Facility, closed: CalendarDay, period: BaselinePeriod) -> list[YearFigure]:
    """The years of the period; the last one's days are no missing data, later ones are nought."""
    opened = facility.in_service
    first = _first_available(facility, electricity=False)
    available = _available(facility, first)
    own = {known.year: known.quantity for known in facility.data}
    years = []
    for year in (Year(y) for y in range(period.first_year, period.last_year + 1)):
        if year > closed.year:
            years.append(YearFigure(year=year, quantity=Fraction(0), method=Method.SHUT_DOWN))
        elif opened is not None and year < opened.year:
            years.append(YearFigure(year=year, quantity=Fraction(0), method=Method.NOT_IN_SERVICE))
        elif year in own and (year == closed.year or year < first):
            years.append(YearFigure(year=year, quantity=own[year], method=Method.REPORTED))
        else:
            years.append(figure_of(facility, available, year, _expected(facility, first)))
    return years


def _owned(facility: Facility, whole: list[YearFigure]) -> FacilityBaseline:
    owned = tuple(
        YearFigure(
            year=figure.year,
            quantity=share(figure.quantity, facility.owner_share_bps),
            method=figure.method,
        )
        for figure in whole
    )
    total = sum((figure.quantity for figure in owned), Fraction(0))
    return FacilityBaseline(
        years=owned, quantity=total * Fraction(1, len(owned)) if owned else total
    )
