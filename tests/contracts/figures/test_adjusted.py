"""RB 6.5.4, 6.5.5, appendix 6.3B: a year's allowances after facilities came and went."""

from dataclasses import dataclass

import pytest

from cfi.contracts.figures.adjusted import change_from, year_due
from cfi.contracts.figures.dates import start_of_day
from cfi.contracts.figures.errors import FigureCode, FigureError
from cfi.contracts.wire.quantities import Instant, Tonnes, Year
from cfi.contracts.wire.text import FacilityId
from cfi.genesis.programmes.loader import programme

ONE = programme("phase-1")
MID_2003 = start_of_day(2003, 7, 1)


@dataclass(frozen=True)
class Report:
    facility_id: FacilityId
    baseline_tonnes: Tonnes
    first_day: Instant
    came: bool


@pytest.mark.parametrize(
    ("year", "baseline", "cfis"),
    [(2003, 1_100_822, 10_898), (2004, 1_200_000, 11_760), (2006, 1_200_000, 11_520)],
)
def test_6_3b_in_whole_cfis(year: int, baseline: int, cfis: int) -> None:
    came = change_from(Report(FacilityId("F4"), Tonnes(200_000), MID_2003, came=True))
    due = year_due(ONE, Year(2003), Tonnes(1_000_000), [came], Year(year))
    assert (due.figure.baseline_tonnes, due.allowances) == (baseline, cfis)


def test_without_changes_the_exact_allocation_is_rounded() -> None:
    """99% of 1,000,050 t are 990,049.5 t."""
    due = year_due(ONE, Year(2003), Tonnes(1_000_050), [], Year(2003))
    assert (due.figure.allocation_tonnes, due.allowances) == (990_050, 9_900)


def test_years_before_enrolment_are_not_sold() -> None:
    sellable = [year_due(ONE, Year(2005), Tonnes(100), [], Year(y)).sellable for y in (2004, 2005)]
    assert sellable == [False, True]


def test_more_than_there_is_can_not_go() -> None:
    went = change_from(Report(FacilityId("F4"), Tonnes(200), MID_2003, came=False))
    with pytest.raises(FigureError) as refused:
        year_due(ONE, Year(2003), Tonnes(100), [went], Year(2004))
    assert refused.value.code == FigureCode.BASELINE_BELOW_ZERO
