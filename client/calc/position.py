"""`cfi calc position`: where a Member stands, year by year.  (RB 4.7 to 4.11, Appendix 4.3)"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from cfi.client.calc.faults import sentence
from cfi.client.calc.reading import MOST, Fields, InputFaults, decimal, joined, whole
from cfi.client.calc.showing import print_table
from cfi.client.calc.terms import read_first_year, read_terms
from cfi.contracts.figures.errors import FigureError
from cfi.contracts.figures.limits import ProgrammeWide, ratcheted, sales_limit
from cfi.contracts.figures.position import Position, YearFacts, YearTerms, capped, position
from cfi.contracts.figures.schedule import growth_provision, may_sell, rate_of, reduction
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import Tonnes, Year, nearest

EXAMPLE: Final = {
    "programme": "phase-1",
    "first_year": 2003,
    "stream": "direct",
    "baseline_tonnes": 10_000_000,
    "emissions_tonnes": {str(year): 9_500_000 for year in range(2003, 2007)},
    "programme_baseline_tonnes": 250_000_000,
    "sold_tonnes": {"2003": 100_000, "2004": 200_000, "2005": 160_000, "2006": 80_000},
}
STREAMS: Final = ("direct", "electricity")
Row = dict[str, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionInput:
    """What `cfi calc position` reads."""

    terms: ProgrammeTerms
    first_year: Year
    electricity: bool
    baseline: Fraction
    enrolment_baseline: Fraction
    emissions: dict[Year, Fraction]
    programme: ProgrammeWide | None
    programme_emissions: dict[Year, Tonnes]
    sold: dict[Year, Tonnes]
    net_purchases: dict[Year, Tonnes]


def position_report(raw: object) -> dict[str, object]:
    """The answer to an input; InputFaults with everything that is wrong with it."""
    faults: list[str] = []
    fields = Fields(raw, "$", faults)
    given = _read(fields)
    if faults:
        raise InputFaults(faults)
    rows = _rows(given, faults)
    if faults:
        raise InputFaults(faults)
    names = [name for name in rows[0] if name != "year"]
    return {"years": rows, "totals": {name: _total(rows, name) for name in names}}


def print_position(report: dict[str, object]) -> None:
    """The answer as a table for people: a line a figure, a column a year."""
    years, totals = report["years"], report["totals"]
    assert isinstance(years, list)
    assert isinstance(totals, dict)
    columns = ["", *(str(row["year"]) for row in years), "total"]
    rows = [[name, *(row[name] for row in years), totals[name]] for name in totals]
    print_table("Position (RB 4.7 to 4.11)", columns, rows)


def _read(fields: Fields) -> PositionInput:
    terms = read_terms(fields)
    first_year, bound = read_first_year(fields, terms)
    electricity = fields.choice("stream", STREAMS) == "electricity"
    baseline = fields.decimal("baseline_tonnes")
    enrolment = fields.decimal_or_none("enrolment_baseline_tonnes")
    emissions = {
        Year(year): fields.checked(path, raw, decimal, Fraction(0))
        for year, raw, path in fields.by_year("emissions_tonnes", bound)
    }
    given = PositionInput(
        terms=terms,
        first_year=first_year,
        electricity=electricity,
        baseline=baseline,
        enrolment_baseline=baseline if enrolment is None else enrolment,
        emissions=emissions,
        programme=_programme_wide(fields),
        programme_emissions=_whole_by_year(fields, "programme_emissions_tonnes", bound),
        sold=_whole_by_year(fields, "sold_tonnes", bound),
        net_purchases=_whole_by_year(fields, "net_purchases_tonnes", bound),
    )
    fields.done()
    if not emissions and not fields.faults:
        fields.fault("emissions_tonnes", "no year")
    for name, by_year in (("sold", given.sold), ("net_purchases", given.net_purchases)):
        for year in by_year:
            if year not in emissions and emissions:
                fields.fault(joined(f"{name}_tonnes", str(year)), "no emissions in this year")
    return given


def _whole_by_year(fields: Fields, name: str, bound: tuple[Year, ...]) -> dict[Year, Tonnes]:
    return {
        Year(year): Tonnes(fields.checked(path, raw, lambda raw: whole(raw, 0, MOST), 0))
        for year, raw, path in fields.by_year(name, bound, optional=True)
    }


def _programme_wide(fields: Fields) -> ProgrammeWide | None:
    """One level, or its levels over time."""
    name = "programme_baseline_tonnes"
    raw = fields.raw(name)
    if raw is None:
        return None
    path = joined(fields.path, name)
    if not isinstance(raw, list):
        return ratcheted([_level(fields, path, raw)])
    if not raw:
        fields.fault(name, "an empty list")
        return None
    return ratcheted([_level(fields, f"{path}[{n}]", level) for n, level in enumerate(raw)])


def _level(fields: Fields, path: str, raw: object) -> Tonnes:
    return Tonnes(fields.checked(path, raw, lambda raw: whole(raw, 0, MOST), 0))


def _rows(given: PositionInput, faults: list[str]) -> list[Row]:
    rows = []
    excess = Fraction(0)
    for year in sorted(given.emissions):
        terms = _year_terms(given, year)
        try:
            made = position(terms, _year_facts(given, year, excess))
        except FigureError as error:
            faults.append(f"$.sold_tonnes.{year}: {sentence(error)}")
            continue
        excess = made.excess_after
        rows.append(_row(terms, made))
    return rows


def _year_terms(given: PositionInput, year: Year) -> YearTerms:
    terms = given.terms
    return YearTerms(
        year=year,
        reduction_bps=reduction(terms, given.first_year, year),
        growth_bps=growth_provision(terms, year),
        surplus_capped=capped(
            electricity=given.electricity,
            enrolment_baseline=given.enrolment_baseline,
            threshold=terms.max_recognised_threshold.tonnes,
        ),
        keeps_special_reserve=year in terms.special_reserve_years,
        may_sell=may_sell(terms, given.first_year, year),
    )


def _year_facts(given: PositionInput, year: Year, excess: Fraction) -> YearFacts:
    return YearFacts(
        baseline=given.baseline,
        emissions=given.emissions[year],
        sales_limit=_sales_limit(given, year),
        sold=given.sold.get(year, Tonnes(0)),
        net_purchases=given.net_purchases.get(year, Tonnes(0)),
        excess_before=excess,
    )


def _sales_limit(given: PositionInput, year: Year) -> Fraction | None:
    """None without a programme-wide baseline, or where the programme sets no limit for the year."""
    bps = rate_of(given.terms.sales_limit, year)
    if given.programme is None or bps is None:
        return None
    return sales_limit(bps, given.programme, given.programme_emissions.get(year))


def _row(terms: YearTerms, made: Position) -> Row:
    return {
        "year": made.year,
        "reduction_bps": terms.reduction_bps,
        "target_tonnes": nearest(made.target),
        "growth_provision_bps": terms.growth_bps,
        "gross_position_tonnes": nearest(made.gross),
        "maximum_recognised_tonnes": nearest(made.maximum_recognised),
        "required_purchase_tonnes": nearest(made.required_purchase),
        "recognised_surplus_tonnes": nearest(made.recognised_surplus),
        "sales_limit_tonnes": _nearest_or_none(made.sales_limit),
        "sellable_tonnes": nearest(made.sellable),
        "sold_tonnes": made.sold,
        "banked_tonnes": nearest(made.banked),
        "special_reserve_tonnes": _nearest_or_none(made.special_reserve),
        "super_reductions_tonnes": nearest(made.super_reductions),
    }


def _nearest_or_none(value: Fraction | None) -> int | None:
    return None if value is None else nearest(value)


def _total(rows: list[Row], name: str) -> int | None:
    """The sum of the printed yearly figures that apply, or None."""
    applying = [value for row in rows if (value := row[name]) is not None]
    return sum(applying) if applying else None
