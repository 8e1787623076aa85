"""`cfi calc baseline`: facilities' baselines, the Member's, and its allocations.  (RB 6)"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from cfi.client.calc.baseline_input import BaselineInput, ChangeInput, read_baseline
from cfi.client.calc.faults import sentence
from cfi.client.calc.reading import Fields, InputFaults, joined
from cfi.client.calc.showing import print_table, shown
from cfi.contracts.figures.baseline import (
    Assessed,
    Change,
    ChangeKind,
    assess,
    entity_baseline,
    rounded_baseline,
    year_baseline,
)
from cfi.contracts.figures.errors import FigureCode, FigureError
from cfi.contracts.figures.facility_baseline import facility_baseline
from cfi.contracts.figures.inclusion import IN
from cfi.contracts.figures.schedule import reduction, years_bound
from cfi.contracts.wire.quantities import Tonnes

EXAMPLE: Final = {
    "programme": "phase-1",
    "country": "US",
    "facilities": [
        {
            "id": "Plant 1",
            "shut_down": "1999-03-31",
            "emissions": {"1998": {"tonnes": "50000"}, "1999": {"tonnes": "12500", "days": 90}},
        },
        {
            "id": "Plant 2",
            "emissions": {
                "1998": {"tonnes": "50000"},
                "1999": {"tonnes": "90000"},
                "2000": {"tonnes": "85000"},
                "2001": {"tonnes": "92000"},
            },
        },
    ],
    "changes": [
        {
            "kind": "acquisition",
            "facility": "Plant 3",
            "baseline_tonnes": 20_000,
            "date": "2003-07-01",
        }
    ],
}
ACQUIRED: Final = "acquired"
"""Not in the baseline at enrolment: it comes with its acquisition."""


def baseline_report(raw: object) -> dict[str, object]:
    """The answer to an input; InputFaults with everything that is wrong with it."""
    faults: list[str] = []
    given = read_baseline(Fields(raw, "$", faults))
    if not faults:
        _check_facilities(given, faults)
    if faults:
        raise InputFaults(faults)
    at_enrolment, everything = _assessed(given)
    changes = _changes(given, everything, faults)
    if faults:
        raise InputFaults(faults)
    unrounded = entity_baseline(at_enrolment)
    acquired = _acquired(given)
    own = {one.facility.facility_id: one for one in at_enrolment} | {
        one.facility.facility_id: one for one in everything if one.facility.facility_id in acquired
    }
    return {
        "facilities": [
            _facility_row(own[facility.facility_id], acquired) for facility in given.facilities
        ],
        "unrounded_tonnes": shown(unrounded),
        "baseline_tonnes": rounded_baseline(unrounded),
        "years": _years(given, rounded_baseline(unrounded), changes),
    }


def print_baseline(report: dict[str, object]) -> None:
    """The answer as tables for people."""
    facilities, years = report["facilities"], report["years"]
    assert isinstance(facilities, list)
    assert isinstance(years, dict)
    rows = [
        [one["id"], one["included"], one["reason"], one["baseline_tonnes"]] for one in facilities
    ]
    rows.append(["together", None, "", report["unrounded_tonnes"]])
    rows.append(["to the nearest 100", None, "", report["baseline_tonnes"]])
    print_table("Baseline (RB 6.5)", ("facility", "included", "reason", "baseline"), rows)
    names = ("baseline_tonnes", "allocation_tonnes", "allocation_change_tonnes")
    by_year = [[year, *(row[name] for name in names)] for year, row in years.items()]
    print_table("By year (RB 6.5.4, 6.5.5)", ("year", *names), by_year)


def _check_facilities(given: BaselineInput, faults: list[str]) -> None:
    """Note what is wrong with any facility's data, not only with the first's."""
    for facility in given.facilities:
        if facility.data:
            try:
                facility_baseline(facility, given.period, electricity=given.electricity)
            except FigureError as error:
                faults.append(_fault(given, error))


def _acquired(given: BaselineInput) -> frozenset[str]:
    return frozenset(c.facility_id for c in given.changes if c.kind == ChangeKind.ACQUISITION)


def _assessed(given: BaselineInput) -> tuple[tuple[Assessed, ...], tuple[Assessed, ...]]:
    """The facilities held at enrolment, and all with those acquired since."""
    acquired = _acquired(given)
    first = [one for one in given.facilities if one.facility_id not in acquired]
    try:
        at_enrolment = assess(first, given.period, given.country, electricity=given.electricity)
        if len(first) == len(given.facilities):
            return at_enrolment, at_enrolment
        everything = assess(
            given.facilities, given.period, given.country, electricity=given.electricity
        )
    except FigureError as error:
        raise InputFaults([_fault(given, error)]) from error
    return at_enrolment, everything


def _fault(given: BaselineInput, error: FigureError) -> str:
    path = given.paths[str(error.facts["facility_id"])]
    if "year" in error.facts:
        path = joined(joined(path, "emissions"), str(error.facts["year"]))
    return f"{path}: {sentence(error)}"


def _changes(
    given: BaselineInput, assessed: Sequence[Assessed], faults: list[str]
) -> tuple[Change, ...]:
    known = {one.facility.facility_id: one for one in assessed}
    named: dict[str, Fraction] = {}
    made = []
    for change in given.changes:
        own = known.get(change.facility_id)
        if own is not None and not own.included:
            faults.append(_not_so(change, FigureCode.FACILITY_NOT_INCLUDED))
            continue
        baseline = change.baseline
        if baseline is None:
            baseline = named.get(change.facility_id)
        if baseline is None and own is not None and own.baseline is not None:
            baseline = own.baseline.quantity
        if baseline is None:
            faults.append(_not_so(change, FigureCode.UNKNOWN_FACILITY))
            continue
        named[change.facility_id] = baseline
        made.append(
            Change(
                kind=change.kind,
                facility_id=change.facility_id,
                baseline=baseline,
                date=change.date,
            )
        )
    return tuple(made)


def _not_so(change: ChangeInput, code: FigureCode) -> str:
    return f"{joined(change.path, 'facility')}: {sentence(FigureError(code))}"


def _facility_row(one: Assessed, acquired: frozenset[str]) -> dict[str, object]:
    name = one.facility.facility_id
    came = name in acquired
    known = one.baseline
    return {
        "id": name,
        "included": one.reason in IN and not came,
        "reason": ACQUIRED if came else one.reason.value,
        "years": {
            str(figure.year): {"tonnes": shown(figure.quantity), "method": figure.method.value}
            for figure in (known.years if known is not None else ())
        },
        "baseline_tonnes": None if known is None else shown(known.quantity),
    }


def _years(
    given: BaselineInput, baseline: Tonnes, changes: Sequence[Change]
) -> dict[str, dict[str, int | None]]:
    """Each year of the schedule; no allowances are allocated for electricity.  (RB 4.10.1)"""
    rows: dict[str, dict[str, int | None]] = {}
    faults = []
    for year in years_bound(given.terms, given.first_year):
        bps = reduction(given.terms, given.first_year, year)
        try:
            made = year_baseline(baseline, changes, year, bps)
        except FigureError as error:
            faults.append(f"$.changes: {sentence(error)} in {year}")
            continue
        allocated = not given.electricity
        rows[str(year)] = {
            "baseline_tonnes": made.baseline_tonnes,
            "allocation_tonnes": made.allocation_tonnes if allocated else None,
            "allocation_change_tonnes": made.allocation_change_tonnes if allocated else None,
        }
    if faults:
        raise InputFaults(faults)
    return rows
