"""Days as instants, by the Gregorian calendar, in UTC.  (ours)"""

from typing import Final

from cfi.contracts.wire.quantities import SECONDS_PER_DAY, Instant

_FEBRUARY: Final = 2
_DAYS_TO_1970: Final = 719_468
"""From 0000-03-01."""


def start_of_day(year: int, month: int, day: int) -> Instant:
    """The instant at which a day begins in UTC; years from 1970, months 1 to 12."""
    march_year = year - 1 if month <= _FEBRUARY else year
    month_from_march = (month + 9) % 12
    day_of_year = (153 * month_from_march + 2) // 5 + day - 1
    leap_days = march_year // 4 - march_year // 100 + march_year // 400
    return Instant((march_year * 365 + leap_days + day_of_year - _DAYS_TO_1970) * SECONDS_PER_DAY)
