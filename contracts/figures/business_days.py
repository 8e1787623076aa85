"""Business days, calendar months, and the ends of days.  (RB 2.4.1, 2.11)"""

from collections.abc import Callable
from typing import Final

from cfi.contracts.figures.dates import day_of, start_of_day
from cfi.contracts.wire.quantities import SECONDS_PER_DAY, DayNumber, Instant

MONTHS_A_YEAR: Final = 12
_THURSDAY: Final = 3
"""1970-01-01, counted from Monday."""
_SATURDAY: Final = 5


def end_of_business_day(
    after: Instant, number: int, is_holiday: Callable[[DayNumber], bool]
) -> Instant:
    """The end in UTC of the `number`th business day after an instant's day: no Saturday, Sunday or
    holiday counts.
    """
    day = after // SECONDS_PER_DAY
    left = number
    while left > 0:
        day += 1
        if _is_weekday(day) and not is_holiday(DayNumber(day)):
            left -= 1
    return Instant((day + 1) * SECONDS_PER_DAY)


def months_after(start: Instant, months: int) -> Instant:
    """The start in UTC of the day that many calendar months later; the month's last where it has no
    such day.
    """
    day = day_of(start)
    count = day.year * MONTHS_A_YEAR + day.month - 1 + months
    first, following = _first_of_month(count), _first_of_month(count + 1)
    return Instant(min(first + (day.day - 1) * SECONDS_PER_DAY, following - SECONDS_PER_DAY))


def _first_of_month(count: int) -> Instant:
    """The start in UTC of a month, counted from January of the year 0."""
    return start_of_day(count // MONTHS_A_YEAR, count % MONTHS_A_YEAR + 1, 1)


def _is_weekday(day: int) -> bool:
    return (day + _THURSDAY) % 7 < _SATURDAY
