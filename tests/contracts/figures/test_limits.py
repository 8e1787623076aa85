"""RB 4.11.3, 4.11.5, 4.11.6, Appendix 4.1: limits by the programme-wide baseline."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.figures.limits import offset_limit, ratcheted, sales_limit
from cfi.contracts.wire.quantities import BasisPoints, Tonnes

MILLION = 1_000_000


def limit(bps: int, *levels: int, emissions: int | None = None) -> Fraction:
    programme = ratcheted([Tonnes(level) for level in levels])
    return sales_limit(BasisPoints(bps), programme, None if emissions is None else Tonnes(emissions))


def offsets(bps: int, *levels: int, emissions: int | None = None) -> Fraction:
    programme = ratcheted([Tonnes(level) for level in levels])
    return offset_limit(BasisPoints(bps), programme, None if emissions is None else Tonnes(emissions))


class TestAppendix41:
    @pytest.mark.parametrize(
        ("bps", "before", "after"),
        [(5, 125_000, 150_000), (10, 250_000, 300_000), (15, 375_000, 450_000), (20, 500_000, 600_000)],
    )
    def test_the_limit_grows_with_the_programme(self, bps: int, before: int, after: int) -> None:
        assert limit(bps, 250 * MILLION) == before
        assert limit(bps, 250 * MILLION, 300 * MILLION) == after


class TestTheRatchet:
    def test_a_fall_lowers_nothing(self) -> None:
        assert limit(5, 250 * MILLION, 200 * MILLION) == 125_000

    def test_a_rise_counts_above_the_earlier_high_only(self) -> None:
        assert limit(5, 250 * MILLION, 200 * MILLION, 240 * MILLION) == 125_000
        assert limit(5, 250 * MILLION, 200 * MILLION, 260 * MILLION) == 130_000

    def test_offsets_have_none(self) -> None:
        assert offsets(50, 250 * MILLION, 200 * MILLION) == 1_000_000


class TestEscalation:
    def test_emissions_above_the_baseline_raise_the_limit_by_as_much(self) -> None:
        assert limit(5, 250 * MILLION, emissions=255 * MILLION) == 127_500
        assert offsets(50, 250 * MILLION, emissions=255 * MILLION) == 1_275_000

    @pytest.mark.parametrize("emissions", [0, 249 * MILLION, 250 * MILLION])
    def test_emissions_below_it_lower_nothing(self, emissions: int) -> None:
        assert limit(5, 250 * MILLION, emissions=emissions) == 125_000

    def test_emissions_are_compared_with_the_baseline_of_now(self) -> None:
        assert limit(5, 250 * MILLION, 200 * MILLION, emissions=210 * MILLION) == 131_250

    def test_a_programme_without_a_baseline_has_no_limit_to_raise(self) -> None:
        assert limit(5, 0, emissions=1) == 0


@given(st.lists(st.integers(0, 10**9), min_size=1), st.integers(0, 10**9))
def test_the_limit_never_falls(levels: list[int], next_level: int) -> None:
    assert limit(5, *levels) <= limit(5, *levels, next_level)
