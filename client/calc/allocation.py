"""`cfi calc allocation`: the allowances of each vintage.  (RB 4.6, 4.12)"""

from typing import Final

from cfi.client.calc.reading import Fields, InputFaults
from cfi.client.calc.showing import print_table
from cfi.client.calc.terms import read_first_year, read_terms
from cfi.contracts.figures.allocation import allocations
from cfi.contracts.wire.quantities import FULL_BPS, BasisPoints, nearest

EXAMPLE: Final = {
    "programme": "phase-1",
    "first_year": 2003,
    "baseline_tonnes": 1_000_000,
    "withheld_bps": 300,
}
COLUMNS: Final = ("year", "target_tonnes", "issued_cfis", "withheld_cfis")


def allocation_report(raw: object) -> dict[str, object]:
    """The answer to an input; InputFaults with everything that is wrong with it."""
    faults: list[str] = []
    fields = Fields(raw, "$", faults)
    terms = read_terms(fields)
    first_year, _ = read_first_year(fields, terms)
    baseline = fields.decimal("baseline_tonnes")
    withheld = BasisPoints(fields.whole("withheld_bps", 0, FULL_BPS, terms.withheld.bps))
    fields.done()
    if faults:
        raise InputFaults(faults)
    return {
        "years": [
            {
                "year": made.year,
                "target_tonnes": nearest(made.target_tonnes),
                "issued_cfis": made.issued,
                "withheld_cfis": made.withheld,
            }
            for made in allocations(terms, first_year, baseline, withheld)
        ]
    }


def print_allocation(report: dict[str, object]) -> None:
    """The answer as a table for people."""
    years = report["years"]
    assert isinstance(years, list)
    rows = [[str(row["year"]), *(row[name] for name in COLUMNS[1:])] for row in years]
    print_table("Allocation (RB 4.6)", COLUMNS, rows)
