"""RB 6.5.1, 6.5.4, 6.5.5, appendices 6.3A and 6.3B: a Member's baseline."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.figures.baseline import (
    Change,
    ChangeKind,
    allocation_change,
    assess,
    entity_baseline,
    fraction_of_year,
    rounded_baseline,
    year_baseline,
)
from cfi.contracts.figures.errors import FigureCode, FigureError
from cfi.contracts.figures.facility import CalendarDay
from cfi.contracts.wire.quantities import BasisPoints, Tonnes, Year
from tests.contracts.figures.facilities import PERIOD, facility, on, steady

REDUCTIONS = {2003: 100, 2004: 200, 2005: 300, 2006: 400}


def change(kind: str, tonnes: int | Fraction, date: str) -> Change:
    return Change(
        kind=ChangeKind(kind), facility_id="F4", baseline=Fraction(tonnes), date=on(date)
    )


def years(baseline: int, *changes: Change) -> list[tuple[int, int, int]]:
    rows: list[tuple[int, int, int]] = []
    for year, bps in REDUCTIONS.items():
        made = year_baseline(Tonnes(baseline), changes, Year(year), BasisPoints(bps))
        rows.append(
            (made.baseline_tonnes, made.allocation_tonnes, made.allocation_change_tonnes)
        )
    return rows


class TestTheRulebooksExamples:
    def test_6_3a_the_total_is_rounded_once(self) -> None:
        plants = [
            facility({1998: 50_000, 1999: (12_500, 90)}, shut_down="1999-03-31"),
            facility({1998: 50_000, 1999: 90_000, 2000: 85_000, 2001: 92_000}, facility_id="F2"),
        ]
        exact = entity_baseline(assess(plants, PERIOD, "US", electricity=False))
        assert exact == 94_875
        assert rounded_baseline(exact) == 94_900

    def test_6_3b_an_acquisition_counts_from_its_day(self) -> None:
        assert years(1_000_000, change("acquisition", 200_000, "2003-07-01")) == [
            (1_100_822, 1_089_814, 99_814),
            (1_200_000, 1_176_000, 196_000),
            (1_200_000, 1_164_000, 194_000),
            (1_200_000, 1_152_000, 192_000),
        ]

    def test_footnote_7_october_to_december_are_92_days(self) -> None:
        day = on("2003-10-01")
        assert fraction_of_year(day, Year(2003)) == Fraction(92, 365)
        acquired = change("acquisition", 365_000, "2003-10-01")
        assert allocation_change(acquired, Year(2003), BasisPoints(100)) == 365_000 * 92 * 99 // 36_500

    def test_a_sale_is_an_acquisition_the_other_way(self) -> None:
        assert years(1_000_000, change("sale", 200_000, "2003-07-01")) == [
            (899_178, 890_186, -99_814),
            (800_000, 784_000, -196_000),
            (800_000, 776_000, -194_000),
            (800_000, 768_000, -192_000),
        ]


class TestAYearOfChange:
    @pytest.mark.parametrize(
        ("date", "year", "fraction"),
        [
            ("2003-01-01", 2003, Fraction(1)),
            ("2004-01-01", 2004, Fraction(1)),
            ("2004-01-02", 2004, Fraction(1)),
            ("2004-01-03", 2004, Fraction(364, 365)),
            ("2004-12-31", 2004, Fraction(1, 365)),
            ("2004-12-31", 2003, Fraction(0)),
            ("2002-12-31", 2003, Fraction(1)),
        ],
    )
    def test_the_fraction_is_days_of_365_in_every_year(
        self, date: str, year: int, fraction: Fraction
    ) -> None:
        assert fraction_of_year(on(date), Year(year)) == fraction

    def test_more_than_there_is_can_not_go(self) -> None:
        with pytest.raises(FigureError) as refused:
            years(100_000, change("sale", 100_100, "2004-01-01"))
        assert refused.value.code == FigureCode.BASELINE_BELOW_ZERO
        assert refused.value.facts == {"year": 2004, "baseline": -100}

    def test_of_a_baseline_rounded_down_everything_can_go(self) -> None:
        """100,040 t are a baseline of 100,000 t."""
        gone = change("sale", 100_040, "2003-01-01")
        assert years(100_000, gone)[0] == (0, 0, -99_040)

    def test_everything_can_go_in_parts_that_are_rounded_up(self) -> None:
        """99% of 50 t are 49.5 t."""
        halves = [change("sale", 50, "2003-01-01")] * 2
        assert years(100, *halves)[0] == (0, 0, -100)

    def test_each_change_is_rounded(self) -> None:
        halves = [change("acquisition", Fraction(1, 2), "2003-01-01")] * 2
        assert years(0, *halves)[0] == (2, 0, 0)

    @given(st.dates(), st.integers(0, 10**7))
    def test_what_is_sold_as_soon_as_bought_changes_nothing(self, date: object, tonnes: int) -> None:
        text = str(date)
        both = [change(kind, tonnes, text) for kind in ("acquisition", "sale")]
        assert years(500_000, *both) == years(500_000)

    @given(st.lists(st.dates(), min_size=2, max_size=5))
    def test_an_earlier_day_never_counts_less(self, dates: list[object]) -> None:
        days = sorted(on(str(date)) for date in dates)
        counted = [fraction_of_year(day, Year(2004)) for day in days]
        assert all(earlier >= later for earlier, later in pairwise(counted))


class TestWhatIsLeftOut:
    def test_only_what_is_in_counts(self) -> None:
        plants = [steady(50_000), steady(9_999, facility_id="F2")]
        assessed = assess(plants, PERIOD, "US", electricity=False)
        assert [one.included for one in assessed] == [True, False]
        assert entity_baseline(assessed) == 50_000

    @pytest.mark.parametrize("out", [{"share": 1_999}, {"share": 5_000, "excluded": True}])
    def test_what_is_out_anyway_needs_no_data(self, out: dict[str, int]) -> None:
        assessed = assess([steady(50_000), facility({}, facility_id="F2", **out)], PERIOD, "US", electricity=False)
        assert assessed[1].baseline is None
        assert entity_baseline(assessed) == 50_000

    @pytest.mark.parametrize(
        ("mw", "needs_data"), [(1_000, True), (250, True), (249, False), (24, False)]
    )
    def test_a_tenth_of_a_power_plant_needs_them_from_25_mw_owned(
        self, mw: int, needs_data: bool
    ) -> None:
        """RB 6.4: 25 megawatts or more are in, whatever the share."""
        plants = [steady(50_000), facility({}, facility_id="F2", activity="power", share=1_000, mw=mw)]
        if needs_data:
            with pytest.raises(FigureError) as refused:
                assess(plants, PERIOD, "US", electricity=False)
            assert refused.value.code == FigureCode.NO_COMMITTEE_METHOD
            return
        assert assess(plants, PERIOD, "US", electricity=False)[1].baseline is None

    def test_a_share_of_power_states_its_capacity(self) -> None:
        with pytest.raises(FigureError) as refused:
            assess([facility({}, activity="power", share=1_000)], PERIOD, "US", electricity=False)
        assert refused.value.code == FigureCode.CAPACITY_UNKNOWN

    def test_no_share_of_electricity_is_minor(self) -> None:
        with pytest.raises(FigureError) as refused:
            assess([facility({}, share=1_000)], PERIOD, "US", electricity=True)
        assert refused.value.code == FigureCode.NO_COMMITTEE_METHOD

    def test_a_minor_share_that_is_opted_in_needs_them(self) -> None:
        with pytest.raises(FigureError):
            assess([facility({}, share=1_000, opted_in=True)], PERIOD, "US", electricity=False)

    def test_what_came_later_has_no_baseline(self) -> None:
        (one,) = assess([facility({}, in_service="2002-01-01")], PERIOD, "US", electricity=False)
        assert one.reason == "in-service-after-the-period"


def test_days_are_ordered() -> None:
    assert CalendarDay(year=Year(2003), month=2, day=1) > on("2003-01-31")
