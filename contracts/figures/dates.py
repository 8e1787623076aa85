"""Days as instants, by the Gregorian calendar, in UTC.  (ours)"""

from typing import Final

from cfi.contracts.figures.facility import CalendarDay
from cfi.contracts.wire.quantities import SECONDS_PER_DAY, Instant, Year

_FEBRUARY: Final = 2
_DAYS_TO_1970: Final = 719_468
"""From 0000-03-01."""
_DAYS_OF_400_YEARS: Final = 146_097
_MONTHS_TO_JANUARY: Final = 10
"""From March."""


def start_of_day(year: int, month: int, day: int) -> Instant:
    """The instant at which a day begins in UTC; years from 1970, months 1 to 12."""
    march_year = year - 1 if month <= _FEBRUARY else year
    month_from_march = (month + 9) % 12
    day_of_year = (153 * month_from_march + 2) // 5 + day - 1
    leap_days = march_year // 4 - march_year // 100 + march_year // 400
    return Instant((march_year * 365 + leap_days + day_of_year - _DAYS_TO_1970) * SECONDS_PER_DAY)


def day_of(instant: Instant) -> CalendarDay:
    """The day in UTC on which an instant from 1970 on lies."""
    days = instant // SECONDS_PER_DAY + _DAYS_TO_1970
    era, day_of_era = days // _DAYS_OF_400_YEARS, days % _DAYS_OF_400_YEARS
    year_of_era = (
        day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    month = (month_from_march + 2) % 12 + 1
    year = era * 400 + year_of_era + month_from_march // _MONTHS_TO_JANUARY
    return CalendarDay(
        year=Year(year), month=month, day=day_of_year - (153 * month_from_march + 2) // 5 + 1
    )
