"""Facilities for the tables of the figures' tests."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from cfi.contracts.figures.facility import CalendarDay, CommitteeFigure, Facility, YearData, days_in
from cfi.contracts.wire.programme import BaselinePeriod
from cfi.contracts.wire.quantities import BasisPoints, Days, Year
from cfi.contracts.wire.text import Identifier, Text

PERIOD: Final = BaselinePeriod(
    name=Identifier("1998-2001"), first_year=Year(1998), last_year=Year(2001), section=Text("RB 6.5.1")
)
YEAR_2000: Final = BaselinePeriod(
    name=Identifier("2000"), first_year=Year(2000), last_year=Year(2000), section=Text("RB file 13")
)
Data = Mapping[int, int | tuple[int, int]]


def day(text: str | None) -> CalendarDay | None:
    """A day of the calendar from '2003-07-01'."""
    if text is None:
        return None
    year, month, of_month = (int(part) for part in text.split("-"))
    return CalendarDay(year=Year(year), month=month, day=of_month)


def on(text: str) -> CalendarDay:
    """A day of the calendar."""
    made = day(text)
    assert made is not None
    return made


def facility(data: Data | None = None, **given: Any) -> Facility:
    """A facility: data are whole years' tonnes, or (tonnes, days)."""
    years = []
    for year, known in sorted((data or {}).items()):
        quantity, days = known if isinstance(known, tuple) else (known, days_in(year))
        years.append(YearData(year=Year(year), quantity=Fraction(quantity), days=Days(days)))
    return Facility(
        facility_id=given.get("facility_id", "F1"),
        activity=given.get("activity"),
        country=given.get("country", "US"),
        owner_share_bps=BasisPoints(given.get("share", 10_000)),
        capacity_mw=None if given.get("mw") is None else Fraction(given["mw"]),
        opted_in=given.get("opted_in", False),
        excluded_by_committee=given.get("excluded", False),
        in_service=day(given.get("in_service")),
        shut_down=day(given.get("shut_down")),
        data=tuple(years),
        committee_figures=tuple(
            CommitteeFigure(year=Year(year), quantity=Fraction(quantity))
            for year, quantity in given.get("committee", {}).items()
        ),
    )


def steady(tonnes: int, **given: Any) -> Facility:
    """A facility with the same emissions in each year of the baseline period."""
    return facility(dict.fromkeys(range(1998, 2002), tonnes), **given)
