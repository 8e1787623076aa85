"""RB 4.3, 6.5.1, 7.2.1: exact arithmetic, and every rounding by its name."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.wire.quantities import (
    less_share,
    nearest,
    nearest_cfis,
    nearest_hundred,
    parse_decimal,
    parse_digits,
    parse_whole,
    plus_share,
    power,
    share,
    share_rounded_down,
    small_code,
    whole_cfis,
)
from cfi.contracts.wire.refusal import Refusal


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (Fraction(1, 2), 1),
        (Fraction(-1, 2), -1),
        (Fraction(49, 100), 0),
        (Fraction(-49, 100), 0),
        (Fraction(3, 2), 2),
        (Fraction(5, 2), 3),
        (Fraction(-5, 2), -3),
        (Fraction(7), 7),
    ],
)
def test_halves_are_rounded_away_from_zero(value: Fraction, rounded: int) -> None:
    assert nearest(value) == rounded


@given(st.fractions())
def test_nothing_is_nearer(value: Fraction) -> None:
    assert abs(nearest(value) - value) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("tonnes", "rounded"), [(49, 0), (50, 100), (149, 100), (150, 200), (-50, -100), (0, 0)]
)
def test_the_nearest_hundred(tonnes: int, rounded: int) -> None:
    assert nearest_hundred(tonnes) == rounded
    assert nearest_cfis(tonnes) * 100 == rounded


@pytest.mark.parametrize(("tonnes", "whole"), [(0, 0), (99, 0), (100, 100), (199, 100)])
def test_whole_cfis(tonnes: int, whole: int) -> None:
    assert whole_cfis(tonnes) == whole


def test_shares() -> None:
    assert share(1_001, 100) == Fraction(1_001, 100)
    assert less_share(1_000, 100) == 990
    assert plus_share(1_000, 300) == 1_030
    assert share_rounded_down(1_099, 100) == 10
    assert small_code(Refusal.UNKNOWN_LOT) == 301


@pytest.mark.parametrize(
    ("text", "whole", "digits"),
    [
        ("0", 0, 0),
        ("7", 7, 7),
        ("100", 100, 100),
        ("9" * 18, 10**18 - 1, 10**18 - 1),
        ("007", None, 7),
        ("00", None, 0),
        ("", None, None),
        ("9" * 19, None, None),
        ("-1", None, None),
        ("+1", None, None),
        (" 1", None, None),
        ("1_0", None, None),
        ("\u0661", None, None),
        ("\u00b2", None, None),
        ("1e3", None, None),
    ],
)
def test_numbers_in_text(text: str, whole: int | None, digits: int | None) -> None:
    assert parse_whole(text) == whole
    assert parse_digits(text) == digits


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", Fraction(0)),
        ("1.5", Fraction(3, 2)),
        ("-1.5", Fraction(-3, 2)),
        ("-0", Fraction(0)),
        ("12.000000001", Fraction(12_000_000_001, 10**9)),
        ("0.050", Fraction(1, 20)),
        ("1.", None),
        (".5", None),
        ("1.0000000001", None),
        ("1.5.5", None),
        ("1.\u0661", None),
        ("--1", None),
        ("-", None),
        ("", None),
        ("01.5", None),
        ("1,5", None),
        ("1e3", None),
        ("nan", None),
    ],
)
def test_decimals(text: str, value: Fraction | None) -> None:
    assert parse_decimal(text) == value


def test_a_power_is_exact() -> None:
    assert power(Fraction(101, 100), 2) == Fraction(10_201, 10_000)
    assert power(Fraction(101, 100), -1) == Fraction(100, 101)
