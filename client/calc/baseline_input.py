"""Read the input of `cfi calc baseline`.  (RB 6)"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from cfi.client.calc.reading import Fields
from cfi.client.calc.terms import read_first_year, read_terms
from cfi.contracts.figures.baseline import ChangeKind
from cfi.contracts.figures.facility import (
    FIRST_DATA_YEAR,
    LAST_DATA_YEAR,
    CalendarDay,
    Facility,
    YearData,
    days_in,
)
from cfi.contracts.wire.programme import BaselinePeriod, ProgrammeTerms
from cfi.contracts.wire.quantities import FULL_BPS, BasisPoints, Days, Year

UNITS: Final = ("t", "MWh")
DEFAULT_COUNTRY: Final = "US"
DATA_YEARS: Final = tuple(range(FIRST_DATA_YEAR, LAST_DATA_YEAR + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeInput:
    """A facility that came or went, as it was given."""

    path: str
    kind: ChangeKind
    facility_id: str
    baseline: Fraction | None
    date: CalendarDay


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineInput:
    """What `cfi calc baseline` reads."""

    terms: ProgrammeTerms
    first_year: Year
    country: str
    period: BaselinePeriod
    electricity: bool
    facilities: tuple[Facility, ...]
    paths: dict[str, str]
    """Where each facility is, by its id."""
    changes: tuple[ChangeInput, ...]


def read_baseline(fields: Fields) -> BaselineInput:
    """The whole input; faults are noted in the fields."""
    terms = read_terms(fields)
    first_year, _ = read_first_year(fields, terms, optional=True)
    country = fields.text("country", DEFAULT_COUNTRY)
    periods = {str(period.name): period for period in terms.baseline_periods}
    period = fields.choice("baseline_period", tuple(periods), terms.baseline_periods[0].name)
    electricity = fields.choice("unit", UNITS, UNITS[0]) == "MWh"
    rows = fields.objects("facilities")
    facilities = tuple(_facility(row, country) for row in rows)
    changes = tuple(_change(row) for row in fields.objects("changes", optional=True))
    fields.done()
    paths: dict[str, str] = {}
    for row, facility in zip(rows, facilities, strict=True):
        if paths.setdefault(facility.facility_id, row.path) != row.path and facility.facility_id:
            row.fault("id", "given to more than one facility")
    return BaselineInput(
        terms=terms,
        first_year=first_year,
        country=country,
        period=periods[period],
        electricity=electricity,
        facilities=facilities,
        paths=paths,
        changes=changes,
    )


def _facility(row: Fields, country: str) -> Facility:
    facility = Facility(
        facility_id=row.text("id"),
        activity=row.text_or_none("activity"),
        country=row.text("country", country),
        owner_share_bps=BasisPoints(row.whole("owner_share_bps", 0, FULL_BPS, FULL_BPS)),
        capacity_mw=row.decimal_or_none("capacity_mw"),
        opted_in=row.flag("opt_in", default=False),
        excluded_by_committee=row.flag("excluded_by_committee", default=False),
        in_service=_calendar_day(row.day_or_none("in_service")),
        shut_down=_calendar_day(row.day_or_none("shut_down")),
        data=_data(row),
    )
    row.done()
    return facility


def _data(row: Fields) -> tuple[YearData, ...]:
    found = []
    for year, raw, path in row.by_year("emissions", DATA_YEARS):
        fields = Fields(raw, path, row.faults)
        if fields.usable:
            most = days_in(year)
            known = YearData(
                year=Year(year),
                quantity=fields.decimal("tonnes"),
                days=Days(fields.whole("days", 0, most, most)),
            )
            found.append(known)
        fields.done()
    return tuple(found)


def _change(row: Fields) -> ChangeInput:
    kinds = tuple(kind.value for kind in ChangeKind)
    day = row.day("date")
    change = ChangeInput(
        path=row.path,
        kind=ChangeKind(row.choice("kind", kinds)),
        facility_id=row.text("facility"),
        baseline=row.decimal_or_none("baseline_tonnes"),
        date=CalendarDay(year=Year(day.year), month=day.month, day=day.day),
    )
    row.done()
    return change


def _calendar_day(day: date | None) -> CalendarDay | None:
    if day is None:
        return None
    return CalendarDay(year=Year(day.year), month=day.month, day=day.day)
