"""RB 4.6, 4.8, 2.7.1, file 13: look-ups in a programme's tables."""

import pytest

from cfi.contracts.figures.errors import FigureCode, FigureError
from cfi.contracts.figures.schedule import (
    baseline_period,
    electricity_rate,
    first_year_enrolled,
    growth_provision,
    may_be_first,
    may_sell,
    rate_of,
    reduction,
    required_rate,
    years_bound,
)
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import Year
from cfi.genesis.programmes.loader import programme

ONE, TWO = programme("phase-1"), programme("phase-2")


def test_the_years_of_a_schedule() -> None:
    assert years_bound(ONE, Year(2006)) == (2003, 2004, 2005, 2006)
    assert years_bound(TWO, Year(2003)) == (2007, 2008, 2009, 2010)
    assert years_bound(TWO, Year(2006)) == (2006, 2007, 2008, 2009, 2010)


def test_a_year_is_looked_up() -> None:
    assert reduction(TWO, Year(2006), Year(2006)) == 120
    assert growth_provision(ONE, Year(2004)) == 200
    assert electricity_rate(ONE, "CA").tonnes_per_hundred_mwh == 20
    assert baseline_period(TWO, "2000").first_year == 2000


def test_a_limit_that_is_not_given_is_absent() -> None:
    assert rate_of(TWO.sales_limit, Year(2006)) == 20
    assert rate_of(TWO.sales_limit, Year(2007)) is None


def test_years_before_enrolment_are_not_sold_where_they_are_bound() -> None:
    assert may_sell(ONE, Year(2005), Year(2005))
    assert not may_sell(ONE, Year(2005), Year(2004))
    assert may_sell(TWO, Year(2005), Year(2005))


@pytest.mark.parametrize(
    ("sentence", "terms", "first_year", "joined", "may"),
    [
        ("the year of joining", ONE, 2004, 2004, True),
        ("the programme's first, before it begins", ONE, 2003, 2002, True),
        ("not an earlier one, whose surplus could be sold", ONE, 2003, 2004, False),
        ("nor a later one", ONE, 2006, 2004, False),
        ("of the initial phase, whenever it enrols again", TWO, 2003, 2009, True),
        ("a letter of 2005, as the programme begins", TWO, 2005, 2007, True),
        ("no letter of 2005 in 2009", TWO, 2005, 2009, False),
        ("a first year of the extension is that of joining", TWO, 2009, 2009, True),
        ("not a later one there either", TWO, 2010, 2009, False),
    ],
)
def test_what_may_be_a_first_year(
    sentence: str, terms: ProgrammeTerms, first_year: int, joined: int, may: bool
) -> None:
    assert may_be_first(terms, Year(first_year), Year(joined)) is may, sentence


def test_a_first_year_is_not_before_enrolment_where_all_years_bind() -> None:
    assert first_year_enrolled(ONE, Year(2003), Year(2004)) == 2004
    assert first_year_enrolled(ONE, Year(2003), Year(2002)) == 2003
    assert first_year_enrolled(TWO, Year(2007), Year(2008)) == 2007


@pytest.mark.parametrize("year", [2002, 2007])
def test_a_first_year_has_a_schedule(year: int) -> None:
    for look_up in (may_be_first, first_year_enrolled):
        with pytest.raises(FigureError) as refused:
            look_up(ONE, Year(year), Year(year))
        assert refused.value.code == FigureCode.NO_SCHEDULE


def test_refusals() -> None:
    with pytest.raises(FigureError) as refused:
        reduction(ONE, Year(2007), Year(2007))
    assert refused.value.code == FigureCode.NO_SCHEDULE
    assert refused.value.facts == {"programme": "phase-1", "first_year": 2007}
    with pytest.raises(FigureError) as refused:
        required_rate(TWO.sales_limit, Year(2007), "sales_limit")
    assert refused.value.code == FigureCode.NOT_SET_BY_PROGRAMME
    assert refused.value.facts == {"table": "sales_limit", "year": 2007}
    with pytest.raises(FigureError):
        baseline_period(ONE, "2000")
    with pytest.raises(FigureError):
        electricity_rate(ONE, "BR")
