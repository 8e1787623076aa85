"""RB 4.9, 7.2.1: what a year's reported emissions come to."""

from operator import itemgetter

import pytest

from cfi.contracts.figures.reports import ReportTotals, report_totals
from cfi.contracts.wire.emissions import ReportLine
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.text import Identifier, Text

EXEMPTION = Tonnes(895_425)


def line(tonnes: int, *, new_unit: bool = False) -> ReportLine:
    return ReportLine(
        source=Identifier("plant"),
        gas=Identifier("CO2"),
        method=Text(""),
        tonnes=Tonnes(tonnes),
        new_unit=new_unit,
    )


TOTALS = [
    ("nothing", (), 0, (0, 0, 0)),
    ("rounded once, at the end", (line(49), line(49)), 0, (98, 0, 100)),
    ("halves up", (line(50),), 0, (50, 0, 100)),
    ("a new unit below the exemption", (line(895_425, new_unit=True),), 0, (895_425, 895_425, 0)),
    ("a new unit above it", (line(895_525, new_unit=True),), 0, (895_525, 895_425, 100)),
    (
        "what a gas combined cycle would have emitted is more",
        (line(2_000_000, new_unit=True), line(1)),
        1_900_000,
        (2_000_001, 1_900_000, 100_000),
    ),
]


@pytest.mark.parametrize(
    ("sentence", "lines", "best", "expected"), TOTALS, ids=map(itemgetter(0), TOTALS)
)
def test_totals(
    sentence: str, lines: tuple[ReportLine, ...], best: int, expected: tuple[int, int, int]
) -> None:
    total, exempt, included = map(Tonnes, expected)
    assert report_totals(lines, Tonnes(best), EXEMPTION) == ReportTotals(
        total=total, exempt=exempt, included=included
    ), sentence
