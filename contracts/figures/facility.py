"""A facility's record, from which its baseline is worked out.  (RB 6.4, 6.5, 6.6)"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from cfi.contracts.wire.quantities import BasisPoints, Days, Year

FIRST_DATA_YEAR: Final = Year(1998)
LAST_DATA_YEAR: Final = Year(2003)
POWER: Final = "power"
"""The activity of generating electricity."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CalendarDay:
    """A day of the calendar."""

    year: Year
    month: int
    day: int

    @property
    def opens_the_year(self) -> bool:
        """Whether it is the first of January."""
        return self.month == 1 and self.day == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class YearData:
    """What is known of a calendar year of the whole facility."""

    year: Year
    quantity: Fraction
    """Tonnes emitted or megawatt-hours bought, in the days covered."""
    days: Days
    """Days for which there are data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitteeFigure:
    """A year's quantity of the whole facility by a method that a committee developed.  (RB 6.6)"""

    year: Year
    quantity: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility:
    """A facility of a Member."""

    facility_id: str
    activity: str | None
    """Functionally similar facilities share one; without one a facility stands alone."""
    country: str
    owner_share_bps: BasisPoints
    capacity_mw: Fraction | None
    opted_in: bool
    excluded_by_committee: bool
    in_service: CalendarDay | None
    """Or None: before the baseline period."""
    shut_down: CalendarDay | None
    data: tuple[YearData, ...]
    committee_figures: tuple[CommitteeFigure, ...] = ()


def days_in(year: int) -> Days:
    """The days of a calendar year."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return Days(366 if leap else 365)


_FEBRUARY: Final = 2
_MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days_left(day: CalendarDay) -> Days:
    """The days from one day to the end of its year, both included."""
    before = sum(_MONTH_DAYS[: day.month - 1]) + day.day - 1
    leap_day = days_in(day.year) - sum(_MONTH_DAYS) if day.month > _FEBRUARY else 0
    return Days(days_in(day.year) - before - leap_day)
