"""What a calculator says where a figure can't be worked out."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cfi.contracts.figures.errors import FigureCode, FigureError

SENTENCES: Final[Mapping[FigureCode, str]] = MappingProxyType(
    {
        FigureCode.NO_COMMITTEE_METHOD: "no method is prescribed for this missing year (RB 6.6):"
        " it needs one from the committee",
        FigureCode.NOT_A_YEAR_OF_DATA: "not a year that a baseline can rest on",
        FigureCode.DAYS_OUT_OF_RANGE: "more days than the year has",
        FigureCode.NEGATIVE_EMISSIONS: "less than nothing",
        FigureCode.SHUT_DOWN_BEFORE_SERVICE: "shut down before it was in service",
        FigureCode.EMISSIONS_AFTER_SHUT_DOWN: "emissions after the year of the shut-down",
        FigureCode.CAPACITY_UNKNOWN: "a power facility needs its capacity (RB 1.3)",
        FigureCode.SHARE_TOO_LARGE_TO_EXCLUDE: "a share above 50% can't be excluded (RB 6.4)",
        FigureCode.NOT_THE_WHOLE_ACTIVITY: "functionally similar facilities are opted in together,"
        " or not at all (RB 6.7)",
        FigureCode.LARGE_SOURCES_FIRST: "only with the large sources in its country (RB 6.4.4)",
        FigureCode.FACILITY_NOT_INCLUDED: "this facility isn't included, so it changes nothing"
        " (RB 6.5)",
        FigureCode.UNKNOWN_FACILITY: "no facility of this id, and no baseline_tonnes",
        FigureCode.BASELINE_BELOW_ZERO: "more goes than the baseline has",
        FigureCode.NO_SCHEDULE: "the programme has no reduction schedule for this first year",
        FigureCode.NOT_SET_BY_PROGRAMME: "the programme sets none",
        FigureCode.SOLD_ABOVE_SELLABLE: "more than can be sold (RB 4.11)",
    }
)


def sentence(error: FigureError) -> str:
    """What to say about an error, with its figures where they help."""
    said = SENTENCES[error.code]
    if error.code == FigureCode.SOLD_ABOVE_SELLABLE:
        return f"{said}: {error.facts['sold']!r} t of {error.facts['sellable']!r} t"
    return said
