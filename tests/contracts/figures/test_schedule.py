"""RB 4.6, 4.8, 2.7.1, file 13: look-ups in a programme's tables."""

import pytest

from cfi.contracts.figures.errors import FigureCode, FigureError
from cfi.contracts.figures.schedule import (
    baseline_period,
    electricity_rate,
    growth_provision,
    may_sell,
    rate_of,
    reduction,
    required_rate,
    years_bound,
)
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
