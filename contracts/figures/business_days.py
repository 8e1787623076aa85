"""Business days, calendar months, and the ends of days.  (RB 2.4.1, 2.11)"""

from collections.abc import Callable
from typing import Final

from cfi.contracts.figures.dates import day_of, start_of_day
from cfi.contracts.wire.quantities import SECONDS_PER_DAY, DayNumber, Instant

MONTHS_A_YEAR: Final = 12
LAST_DAY_OF_EVERY_MONTH: Final = 28
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
    """The start in UTC of the day that many calendar months later; the 29th to 31st count as the
    28th where it would not exist.
    """
    day = day_of(start)
    count = day.year * MONTHS_A_YEAR + day.month - 1 + months
    year, month = count // MONTHS_A_YEAR, count % MONTHS_A_YEAR + 1
    return start_of_day(year, month, min(day.day, LAST_DAY_OF_EVERY_MONTH))


def _is_weekday(day: int) -> bool:
    return (day + _THURSDAY) % 7 < _SATURDAY
