"""The programme and first year of an input.  (RB 4.6, RB file 13)"""

from cfi.client.calc.reading import Fields
from cfi.contracts.figures.errors import FigureError
from cfi.contracts.figures.schedule import years_bound
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import RANGES, Year
from cfi.genesis.programmes.loader import PROGRAMMES, programme


def read_terms(fields: Fields) -> ProgrammeTerms:
    """The terms of the programme that an input names."""
    return programme(fields.choice("programme", PROGRAMMES))


def read_first_year(
    fields: Fields, terms: ProgrammeTerms, *, optional: bool = False
) -> tuple[Year, tuple[Year, ...]]:
    """The Member's first year and the years for which it has a target."""
    least, most = RANGES[Year]
    default = terms.first_year if optional else None
    missing = not optional and not fields.given("first_year")
    first = Year(fields.whole("first_year", least, most, default))
    try:
        return first, years_bound(terms, first)
    except FigureError:
        if not missing and first != least:
            fields.fault(
                "first_year", f"{terms.name} has no reduction schedule for this first year"
            )
        return first, tuple(Year(y) for y in range(terms.first_year, terms.last_year + 1))
