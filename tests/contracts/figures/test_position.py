"""RB 4.8, 4.11.2, 4.11.4, Appendix 4.3, file 14: where a Member stands."""

from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.figures.errors import FigureCode, FigureError
from cfi.contracts.figures.position import Position, YearFacts, YearTerms, capped, position
from cfi.contracts.wire.quantities import BasisPoints, Tonnes, Year, nearest
from tests.reference.position import reference_position

TERMS: Final = YearTerms(
    year=Year(2003),
    reduction_bps=BasisPoints(100),
    growth_bps=BasisPoints(200),
    surplus_capped=True,
    keeps_special_reserve=True,
    may_sell=True,
)
FACTS: Final = YearFacts(
    baseline=Fraction(10_000_000),
    emissions=Fraction(9_500_000),
    sales_limit=Fraction(125_000),
    sold=Tonnes(100_000),
    net_purchases=Tonnes(0),
    excess_before=Fraction(0),
)


def stand(terms: dict[str, Any] | None = None, **facts: Any) -> Position:
    exact: dict[str, Any] = {
        name: Fraction(value) if name in {"baseline", "emissions", "sales_limit", "excess_before"} and value is not None else value
        for name, value in facts.items()
    }
    return position(replace(TERMS, **(terms or {})), replace(FACTS, **exact))


def figures(made: Position, *names: str) -> list[Any]:
    return [getattr(made, name) for name in names]


class TestAppendix43:
    def test_2003(self) -> None:
        made = stand()
        assert made.target == 9_900_000
        assert made.gross == 400_000
        assert made.maximum_recognised == 300_000
        assert made.recognised_surplus == 300_000
        assert made.sellable == 125_000
        assert made.banked == 25_000
        assert made.special_reserve == 175_000
        assert made.super_reductions == 100_000

    @pytest.mark.parametrize(
        ("year", "bps", "growth", "limit", "sold", "line_7", "line_9", "line_11"),
        [
            (2004, 200, 200, 250_000, 200_000, 300_000, 250_000, 100_000),
            (2005, 300, 300, 375_000, 160_000, 200_000, 200_000, 40_000),
            (2006, 400, 300, 500_000, 80_000, 100_000, 100_000, 20_000),
        ],
    )
    def test_later_years(
        self, year: int, bps: int, growth: int, limit: int, sold: int, line_7: int, line_9: int, line_11: int
    ) -> None:
        terms = {"year": year, "reduction_bps": bps, "growth_bps": growth, "keeps_special_reserve": False}
        made = stand(terms, sales_limit=limit, sold=sold)
        assert figures(made, "recognised_surplus", "sellable", "banked") == [line_7, line_9, line_11]
        assert made.special_reserve is None
        assert made.super_reductions == 0


class TestFile14:
    @pytest.mark.parametrize(
        ("bps", "target", "gross", "most"),
        [
            (150, 256_005, -23_748, 11_696),
            (300, 252_107, -27_646, 15_594),
            (450, 248_208, -31_545, 19_493),
            (600, 244_310, -35_443, 23_391),
        ],
    )
    def test_table_1_rounds_each_figure_once(self, bps: int, target: int, gross: int, most: int) -> None:
        terms = {"reduction_bps": bps, "growth_bps": 300, "keeps_special_reserve": False}
        made = stand(terms, baseline=259_904, emissions=279_753, sales_limit=None, sold=0)
        assert nearest(made.target) == target
        assert nearest(made.gross) == gross
        assert nearest(made.maximum_recognised) == most
        assert nearest(made.required_purchase) == most
        assert made.recognised_surplus == 0


@pytest.mark.parametrize(
    ("reduction", "growth", "percent"), [(100, 200, 3), (200, 200, 4), (300, 300, 6), (400, 300, 7)]
)
def test_4_8_required_purchases_are_bounded(reduction: int, growth: int, percent: int) -> None:
    terms = {"reduction_bps": reduction, "growth_bps": growth}
    made = stand(terms, baseline=1_000, emissions=5_000, sold=0)
    assert made.required_purchase == 10 * percent


class TestWhoIsBounded:
    @pytest.mark.parametrize(
        ("electricity", "baseline", "threshold", "bounded"),
        [
            (False, 500_001, 500_000, True),
            (False, 500_000, 500_000, False),
            (True, 1, 500_000, True),
            (False, 1, 0, True),
        ],
    )
    def test_above_the_threshold_and_electricity(
        self, electricity: bool, baseline: int, threshold: int, bounded: bool
    ) -> None:
        made = capped(
            electricity=electricity, enrolment_baseline=baseline, threshold=Tonnes(threshold)
        )
        assert made is bounded

    def test_the_others_surplus_is_recognised_whole_and_reserved_beyond_the_limit(self) -> None:
        made = stand({"surplus_capped": False})
        assert figures(made, "recognised_surplus", "sellable") == [400_000, 125_000]
        assert figures(made, "banked", "special_reserve", "super_reductions") == [25_000, 275_000, 0]

    def test_the_others_required_purchase_is_bounded_too(self) -> None:
        made = stand({"surplus_capped": False}, emissions=11_000_000, sold=0)
        assert made.required_purchase == 300_000


class TestBanking:
    def test_without_a_limit_all_that_is_recognised_may_be_sold(self) -> None:
        made = stand(sales_limit=None, sold=300_000)
        assert figures(made, "sellable", "banked", "special_reserve") == [300_000, 0, 0]

    def test_net_purchases_are_banked_too(self) -> None:
        assert stand(net_purchases=7_000).banked == 32_000

    def test_net_purchases_cover_the_shortage_first(self) -> None:
        made = stand(emissions=10_000_000, sold=0, net_purchases=130_000)
        assert figures(made, "required_purchase", "banked") == [100_000, 30_000]
        assert stand(emissions=10_000_000, sold=0, net_purchases=90_000).banked == 0

    def test_a_year_before_enrolment_is_neither_sold_nor_banked(self) -> None:
        made = stand({"may_sell": False}, sold=0)
        assert figures(made, "recognised_surplus", "sellable", "banked") == [300_000, 0, 0]
        assert made.special_reserve == 0
        later = stand({"may_sell": False, "keeps_special_reserve": False}, sold=0)
        assert figures(later, "banked", "special_reserve") == [0, None]

    def test_no_more_than_what_is_shown_can_be_sold(self) -> None:
        half: dict[str, Any] = {"emissions": Fraction(19_799_999, 2), "baseline": 10_000_000, "sales_limit": None}
        assert stand(**half, sold=1).banked == 0
        with pytest.raises(FigureError) as refused:
            stand(**half, sold=2)
        assert refused.value.code == FigureCode.SOLD_ABOVE_SELLABLE
        assert refused.value.facts == {"year": 2003, "sold": 2, "sellable": 1}


class TestSuperReductions:
    def test_earlier_excess_is_made_good_first(self) -> None:
        made = stand(excess_before=30_000)
        assert figures(made, "super_reductions", "excess_after") == [70_000, 0]

    def test_what_is_left_of_it_remains(self) -> None:
        made = stand(excess_before=130_000)
        assert figures(made, "super_reductions", "excess_after") == [0, 30_000]

    def test_excess_is_what_exceeds_the_growth_provision(self) -> None:
        assert stand(emissions=10_200_000, sold=0).excess_after == 0
        assert stand(emissions=10_200_500, sold=0).excess_after == 500

    def test_recognised_surplus_makes_nothing_good(self) -> None:
        made = stand(emissions=9_700_000, excess_before=10, sold=0)
        assert figures(made, "super_reductions", "excess_after") == [0, 10]


QUANTITY = st.integers(0, 10**8)
BPS = st.integers(0, 2_000)


class TestLaws:
    @given(QUANTITY, QUANTITY, BPS, BPS, st.booleans(), st.none() | QUANTITY, st.data(), st.booleans())
    def test_the_reference_agrees(
        self, baseline: int, emissions: int, reduction: int, growth: int, bounded: bool,
        limit: int | None, data: st.DataObject, reserve_year: bool,
    ) -> None:  # fmt: skip
        terms = {
            "reduction_bps": reduction, "growth_bps": growth, "surplus_capped": bounded,
            "keeps_special_reserve": reserve_year,
        }  # fmt: skip
        facts = {"baseline": baseline, "emissions": emissions, "sales_limit": limit}
        sellable = stand(terms, **facts, sold=0).sellable
        sold = data.draw(st.integers(0, sellable.numerator // sellable.denominator))
        expected = reference_position(
            baseline=baseline, emissions=emissions, reduction_bps=reduction, growth_bps=growth,
            capped=bounded, limit=limit, sold=sold, reserve_year=reserve_year,
        )  # fmt: skip
        made = stand(terms, **facts, sold=sold)
        assert {name: getattr(made, name) for name in expected} == expected

    @given(QUANTITY, QUANTITY, BPS, BPS, st.booleans(), st.none() | QUANTITY, st.data())
    def test_2003_sold_banked_reserved_and_super_are_the_whole_surplus(
        self, baseline: int, emissions: int, reduction: int, growth: int, bounded: bool,
        limit: int | None, data: st.DataObject,
    ) -> None:  # fmt: skip
        terms = {"reduction_bps": reduction, "growth_bps": growth, "surplus_capped": bounded}
        facts = {"baseline": baseline, "emissions": emissions, "sales_limit": limit}
        sellable = stand(terms, **facts, sold=0).sellable
        sold = data.draw(st.integers(0, sellable.numerator // sellable.denominator))
        made = stand(terms, **facts, sold=sold)
        assert made.special_reserve is not None
        parts = made.sold + made.banked + made.special_reserve + made.super_reductions
        assert parts == max(0, made.gross)

    @given(QUANTITY, QUANTITY, QUANTITY)
    def test_who_emits_more_never_has_to_buy_less(self, baseline: int, one: int, other: int) -> None:
        less, more = sorted((one, other))
        required = [
            stand(baseline=baseline, emissions=emissions, sold=0).required_purchase
            for emissions in (less, more)
        ]
        assert required[0] <= required[1]
