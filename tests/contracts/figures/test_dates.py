"""Days as instants, compared with the standard library."""

from datetime import UTC, date, datetime, time

from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.figures.dates import day_of, start_of_day
from cfi.contracts.figures.facility import CalendarDay
from cfi.contracts.wire.quantities import Instant, Year


def test_the_epoch_is_nought() -> None:
    assert start_of_day(1970, 1, 1) == 0


def test_the_first_of_may_2004() -> None:
    assert start_of_day(2004, 5, 1) == 1_083_369_600


@given(st.dates(date(1970, 1, 1), date(9999, 12, 31)))
def test_every_day_is_the_calendars(day: date) -> None:
    midnight = datetime.combine(day, time(), UTC)
    assert start_of_day(day.year, day.month, day.day) == int(midnight.timestamp())


@given(st.dates(date(1970, 1, 1), date(9999, 12, 31)), st.integers(0, 86_399))
def test_every_instant_lies_on_its_day(day: date, second: int) -> None:
    instant = Instant(start_of_day(day.year, day.month, day.day) + second)
    assert day_of(instant) == CalendarDay(year=Year(day.year), month=day.month, day=day.day)
