"""Decimals are exact where they are finite, otherwise to six places."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.client.calc.showing import cell, print_table, shown
from cfi.contracts.wire.quantities import parse_decimal

DECIMALS = [
    (Fraction(0), "0"),
    (Fraction(15_625), "15625"),
    (Fraction(-1, 2), "-0.5"),
    (Fraction(1, 8), "0.125"),
    (Fraction(1, 10**9), "0.000000001"),
    (Fraction(150_000 * 365, 245), "223469.387755"),
    (Fraction(1, 3), "0.333333"),
    (Fraction(2, 3), "0.666667"),
    (Fraction(-2, 3), "-0.666667"),
    (Fraction(1, 3 * 10**7), "0.000000"),
    (Fraction(100, 7), "14.285714"),
    (Fraction(29_999_999, 30_000_000), "1.000000"),
]


@pytest.mark.parametrize(("value", "text"), DECIMALS)
def test_shown(value: Fraction, text: str) -> None:
    assert shown(value) == text


@given(st.integers(0, 10**15), st.integers(0, 9))
def test_a_finite_decimal_is_read_again(digits: int, places: int) -> None:
    value = Fraction(digits, 10**places)
    assert parse_decimal(shown(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (True, "yes"), (False, "no"), (1_234_567, "1,234,567"), ("15.5", "15.5")],
)
def test_cells(value: object, text: str) -> None:
    assert cell(value) == text


def test_a_table_has_a_title_and_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("Title", ("what", "tonnes"), [("[bold]a[/]", 1_000)])
    printed = capsys.readouterr().out
    for word in ("Title", "what", "tonnes", "[bold]a[/]", "1,000"):
        assert word in printed
