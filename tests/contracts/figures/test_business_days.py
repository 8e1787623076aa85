"""RB 2.4.1, 2.11: business days and calendar months."""

import pytest

from cfi.contracts.figures.business_days import end_of_business_day, months_after
from cfi.contracts.figures.dates import day_of, start_of_day
from cfi.contracts.wire.quantities import SECONDS_PER_DAY, DayNumber, Instant

THURSDAY = (2004, 1, 1)
"""Friday is the 2nd; the 5th is a Monday."""


def day_number(year: int, month: int, day: int) -> DayNumber:
    return DayNumber(start_of_day(year, month, day) // SECONDS_PER_DAY)


@pytest.mark.parametrize(
    ("number", "holidays", "last"),
    [
        pytest.param(1, (), (2004, 1, 2), id="the next day"),
        pytest.param(2, (), (2004, 1, 5), id="no weekend"),
        pytest.param(6, (), (2004, 1, 9), id="a week and a day"),
        pytest.param(7, (), (2004, 1, 12), id="two weekends"),
        pytest.param(1, ((2004, 1, 2),), (2004, 1, 5), id="no holiday"),
        pytest.param(2, ((2004, 1, 3),), (2004, 1, 5), id="a holiday on a Saturday is nothing"),
        pytest.param(30, (), (2004, 2, 12), id="thirty"),
    ],
)
def test_the_end_of_a_business_day(
    number: int, holidays: tuple[tuple[int, int, int], ...], last: tuple[int, int, int]
) -> None:
    closed = [day_number(*each) for each in holidays]
    noon = Instant(start_of_day(*THURSDAY) + SECONDS_PER_DAY // 2)
    end = end_of_business_day(noon, number, lambda day: day in closed)
    assert end == start_of_day(*last) + SECONDS_PER_DAY


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ((2003, 1, 1), 6, (2003, 7, 1)),
        ((2003, 8, 15), 6, (2004, 2, 15)),
        ((2003, 8, 31), 6, (2004, 2, 29)),
        ((2004, 8, 31), 6, (2005, 2, 28)),
        ((2003, 1, 30), 6, (2003, 7, 30)),
        ((2003, 3, 31), 6, (2003, 9, 30)),
        ((2003, 6, 30), 6, (2003, 12, 30)),
        ((2003, 12, 5), 1, (2004, 1, 5)),
        ((2003, 11, 5), 1, (2003, 12, 5)),
        ((2003, 1, 31), 0, (2003, 1, 31)),
    ],
)
def test_calendar_months(
    start: tuple[int, int, int], months: int, end: tuple[int, int, int]
) -> None:
    day = day_of(months_after(Instant(start_of_day(*start) + 5), months))
    assert (day.year, day.month, day.day) == end
