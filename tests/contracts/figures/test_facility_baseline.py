"""RB 6.5.1 to 6.5.3, 6.6, Figure 6.1: a facility's baseline."""

from fractions import Fraction
from typing import Any

import pytest

from cfi.contracts.figures.errors import FigureCode, FigureError
from cfi.contracts.figures.facility import days_left
from cfi.contracts.figures.facility_baseline import facility_baseline
from cfi.contracts.figures.missing_data import BACK_A_YEAR
from cfi.contracts.wire.quantities import nearest
from tests.contracts.figures.facilities import PERIOD, YEAR_2000, Data, facility, on, steady


def exact(data: Data, **given: Any) -> Fraction:
    return facility_baseline(facility(data, **given), PERIOD).quantity


def methods(data: Data, **given: Any) -> dict[int, str]:
    made = facility_baseline(facility(data, **given), PERIOD)
    return {figure.year: figure.method.value for figure in made.years}


class TestTheRulebooksExamples:
    def test_6_3a_a_plant_that_was_shut_down_counts_a_quarter_of_its_total(self) -> None:
        assert exact({1998: 50_000, 1999: (12_500, 90)}, shut_down="1999-03-31") == 15_625

    def test_6_3a_a_whole_plant_is_the_mean_of_four_years(self) -> None:
        assert exact({1998: 50_000, 1999: 90_000, 2000: 85_000, 2001: 92_000}) == 79_250

    @pytest.mark.parametrize(("tonnes", "printed"), [(150_000, 223_469), (245_000, 365_000)])
    def test_6_5a_245_days_are_annualised(self, tonnes: int, printed: int) -> None:
        data: Data = {1998: (tonnes, 245), 1999: 1, 2000: 1, 2001: 1}
        made = facility_baseline(facility(data), PERIOD)
        assert nearest(made.years[0].quantity) == printed
        assert made.years[0].method == "annualised"

    def test_6_5a_91_days_are_too_few_and_the_year_is_interpolated(self) -> None:
        data: Data = {1998: 100, 1999: (9_999, 91), 2000: 300, 2001: 400}
        assert exact(data) == Fraction(100 + 200 + 300 + 400, 4)
        assert methods(data)[1999] == "interpolated"

    @pytest.mark.parametrize(
        ("share", "tonnes", "owned"), [(6_000, 80_000, 48_000), (1_300, 80_000, 10_400)]
    )
    def test_6_1_1_the_owners_share_counts(self, share: int, tonnes: int, owned: int) -> None:
        assert facility_baseline(steady(tonnes, share=share), PERIOD).quantity == owned


B = BACK_A_YEAR
WHOLE = {1998: 100, 1999: 200, 2000: 300, 2001: 400}


def less(*years: int, **more: Any) -> Data:
    data = {year: value for year, value in WHOLE.items() if year not in years}
    return data | {int(name[1:]): value for name, value in more.items()}


FIGURE_6_1 = [
    # sentence                                                  data                              the four years
    ("whole years are taken as reported",                       WHOLE,                            (100, 200, 300, 400)),
    ("220 days are enough",                                     less(1998, y1998=(220, 220)),     (365, 200, 300, 400)),
    ("a leap year has 366 days",                                less(2000, y2000=(244, 244)),     (100, 200, 366, 400)),
    ("365 days of a leap year are annualised too",              less(2000, y2000=(365, 365)),     (100, 200, 366, 400)),
    ("219 days are as good as none",                            less(1999, y1999=(219, 219)),     (100, 200, 300, 400)),
    ("no day is as good as none",                               less(1999, y1999=(0, 0)),         (100, 200, 300, 400)),
    ("1999 is the mean of its neighbours",                      less(1999, y2000=500),            (100, 300, 500, 400)),
    ("2000 is the mean of its neighbours",                      less(2000, y1999=300),            (100, 300, 350, 400)),
    ("a neighbour may be annualised",                           less(1999, y1998=(220, 220)),     (365, Fraction(665, 2), 300, 400)),
    ("1998 grows into 1999",                                    less(1998),                       (200 * B, 200, 300, 400)),
    ("2001 grows from 2000",                                    less(2001),                       (100, 200, 300, 303)),
    ("2001 grows from 2000 though 2002 is known",               less(2001, y2002=900),            (100, 200, 300, 303)),
    ("both ends may be missing",                                less(1998, 2001),                 (200 * B, 200, 300, 303)),
    ("1998 and 2000 may be missing",                            less(1998, 2000),                 (200 * B, 200, 300, 400)),
    ("three missing go back from the first complete year",      less(1999, 2000, 2001, y2002=500), (100, 500 * B**3, 500 * B**2, 500 * B)),
    ("each gap has its own first complete year",                less(1998, 2000, 2001, y2002=500), (200 * B, 200, 500 * B**2, 500 * B)),
    ("2003 may be the first complete year",                     less(1999, 2000, 2001, y2003=500), (100, 500 * B**4, 500 * B**3, 500 * B**2)),
    ("four missing go back from 2002 where 2003 is known too",  {2002: 500, 2003: 600},           (500 * B**4, 500 * B**3, 500 * B**2, 500 * B)),
    ("one complete year before the gap ends is 2001",           {2001: 400, 2003: 1},             (400 * B**3, 400 * B**2, 400 * B, 400)),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "data", "years"), FIGURE_6_1, ids=[row[0] for row in FIGURE_6_1])
def test_figure_6_1(sentence: str, data: Data, years: tuple[Fraction | int, ...]) -> None:
    made = facility_baseline(facility(data), PERIOD)
    assert tuple(figure.quantity for figure in made.years) == years
    assert made.quantity == sum(map(Fraction, years), Fraction(0)) / 4


SERVICE = [
    # sentence                                            in service    data                                          baseline
    ("the first day of 1998 is the whole period",         "1998-01-01", WHOLE,                                        250),
    ("from 1998: the first two complete years",           "1998-01-02", WHOLE,                                        250),
    ("from 1999: 2000 and 2001",                          "1999-06-01", less(1998),                                   350),
    ("from the first day of 1999: 1999 and 2000",         "1999-01-01", less(1998),                                   250),
    ("from 2000: 2001 and 2002",                          "2000-06-01", {2001: 400, 2002: 600},                       500),
    ("from the first day of 2000: 2000 and 2001",         "2000-01-01", WHOLE,                                        350),
    ("from 2001: the first complete year, 2002",          "2001-06-01", {2001: 1, 2002: 600},                         600),
    ("from the first day of 2001: 2001",                  "2001-01-01", {2001: 400, 2002: 600},                       400),
    ("later: nothing",                                    "2002-01-01", {2002: 600},                                  0),
    ("a complete year may be annualised",                 "1999-06-01", {2000: 300, 2001: (220, 220)},                Fraction(665, 2)),
    ("years before service are not missing years",        "1999-06-01", {2000: 300, 2002: 1, 2003: 1},                Fraction(603, 2)),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "in_service", "data", "baseline"), SERVICE, ids=[row[0] for row in SERVICE])
def test_in_service(
    sentence: str, in_service: str, data: Data, baseline: Fraction | int
) -> None:
    assert exact(data, in_service=in_service) == baseline


class TestElectricity:
    @pytest.mark.parametrize(
        ("in_service", "baseline"),
        [("1999-06-01", 250), ("1998-06-01", 150), ("2000-06-01", 350), ("2001-01-01", 400)],
    )
    def test_the_first_two_years_count(self, in_service: str, baseline: int) -> None:
        made = facility_baseline(facility(WHOLE, in_service=in_service), PERIOD, electricity=True)
        assert made.quantity == baseline


class TestTheYear2000:
    @pytest.mark.parametrize(
        ("data", "given", "baseline"),
        [
            (WHOLE, {}, 300),
            (less(2000, y1999=300), {}, 350),
            (less(2000, y2000=(220, 220)), {}, 366),
            (WHOLE, {"in_service": "1999-06-01"}, 300),
            ({2001: 400, 2002: 600}, {"in_service": "2000-06-01"}, 500),
            ({2002: 600}, {"in_service": "2001-06-01"}, 600),
            ({2000: (150, 182)}, {"shut_down": "2000-06-30"}, 150),
            ({1998: 100, 1999: (50, 90)}, {"shut_down": "1999-03-31"}, 0),
            (WHOLE, {"shut_down": "2001-03-31"}, 300),
        ],
    )
    def test_it_may_be_elected_alone(
        self, data: Data, given: dict[str, str], baseline: int
    ) -> None:
        assert facility_baseline(facility(data, **given), YEAR_2000).quantity == baseline


class TestShutDown:
    def test_days_after_the_end_are_no_missing_data(self) -> None:
        data: Data = {1998: 100, 1999: 100, 2000: 100, 2001: (60, 60)}
        assert exact(data, shut_down="2001-03-01") == 90

    def test_a_later_end_changes_nothing(self) -> None:
        assert exact(WHOLE, shut_down="2002-03-01") == 250

    def test_noughts_may_be_given_for_the_years_after(self) -> None:
        assert exact({1998: 100, 1999: (60, 60), 2000: 0}, shut_down="1999-03-01") == 40

    def test_a_missing_year_before_is_made_good(self) -> None:
        data: Data = {1999: 101, 2000: 100, 2001: (60, 60)}
        assert exact(data, shut_down="2001-03-01") == (101 * B + 101 + 100 + 60) / 4

    def test_what_came_and_went_counts_what_it_emitted(self) -> None:
        data: Data = {1999: (50, 100), 2000: 200, 2001: (150, 250)}
        made = facility_baseline(
            facility(data, in_service="1999-09-22", shut_down="2001-09-07"), PERIOD
        )
        assert made.quantity == 100
        assert [f.method.value for f in made.years] == [
            "not-in-service", "reported", "reported", "reported",
        ]  # fmt: skip


class TestACommitteesMethod:
    def test_it_fills_what_nothing_else_does(self) -> None:
        data = less(1999, 2000)
        assert exact(data, committee={1999: 200, 2000: 300}) == 250

    def test_it_comes_before_any_other(self) -> None:
        assert exact(WHOLE, committee={1998: 500}) == 350


REFUSALS = [
    # sentence                                        data                              more                                                     code, year
    ("two years in the middle are missing",           less(1999, 2000),                 {},                                                      "no-committee-method", 1999),
    ("1998 and 1999 are missing",                     less(1998, 1999),                 {},                                                      "no-committee-method", 1998),
    ("2000 and 2001 are missing",                     less(2000, 2001),                 {},                                                      "no-committee-method", 2000),
    ("three are missing and nothing is known after",  {1998: 1},                        {},                                                      "no-committee-method", 1999),
    ("only one year is known at all",                 {2002: 1},                        {},                                                      "no-committee-method", 1998),
    ("nothing is known",                              {},                               {},                                                      "no-committee-method", 1998),
    ("the gap has no complete year after it",         {1998: 1, 1999: 1, 2000: (1, 9)}, {"shut_down": "2001-06-01"},                             "no-committee-method", 2000),
    ("a year that ended early is no neighbour",       {1998: 1, 2000: (1, 250)},        {"shut_down": "2000-09-07"},                             "no-committee-method", 1999),
    ("the year after service is unknown",             {2001: 1},                        {"in_service": "2000-06-01"},                            "no-committee-method", 2002),
    ("a year outside 1998 to 2003",                   {1997: 1},                        {},                                                      "not-a-year-of-data", 1997),
    ("a year outside 1998 to 2003, after",            {2004: 1},                        {},                                                      "not-a-year-of-data", 2004),
    ("more days than the year has",                   {1999: (1, 366)},                 {},                                                      "days-out-of-range", 1999),
    ("fewer days than none",                          {1999: (1, -1)},                  {},                                                      "days-out-of-range", 1999),
    ("less than nothing",                             {1999: -1},                       {},                                                      "negative-emissions", 1999),
    ("emissions after the end",                       WHOLE,                            {"shut_down": "2000-03-31"},                             "emissions-after-shut-down", 2001),
    ("an end before the beginning",                   {},                               {"in_service": "1999-03-31", "shut_down": "1999-03-30"}, "shut-down-before-service", None),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "data", "more", "code", "year"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_refusal(
    sentence: str, data: Data, more: dict[str, str], code: str, year: int | None
) -> None:
    with pytest.raises(FigureError) as refused:
        exact(data, **more)
    facts = {"facility_id": "F1"} | ({} if year is None else {"year": year})
    assert refused.value.code == FigureCode(code)
    assert refused.value.facts == facts


@pytest.mark.parametrize(
    ("date", "days"),
    [
        ("2003-07-01", 184),
        ("2003-10-01", 92),
        ("2003-01-01", 365),
        ("2004-01-01", 366),
        ("2004-02-29", 307),
        ("2004-03-01", 306),
        ("2003-03-01", 306),
        ("2003-12-31", 1),
        ("1900-01-01", 365),
        ("2000-01-01", 366),
    ],
)
def test_the_days_left_of_a_year_count_the_first_one(date: str, days: int) -> None:
    assert days_left(on(date)) == days
