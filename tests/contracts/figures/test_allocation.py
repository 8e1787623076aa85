"""RB 4.6, 4.12, Table 4.1: targets and the allowances issued for them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.figures.allocation import allocations
from cfi.contracts.wire.quantities import BasisPoints, Year, nearest
from cfi.genesis.programmes.loader import programme


def allocated(name: str, first_year: int, baseline: int | Fraction, withheld: int = 0) -> list[tuple[int, int, int, int]]:
    return [
        (made.year, nearest(made.target_tonnes), made.issued, made.withheld)
        for made in allocations(programme(name), Year(first_year), baseline, BasisPoints(withheld))
    ]


def test_table_4_1() -> None:
    assert allocated("phase-1", 2003, 1_000_000) == [
        (2003, 990_000, 9_900, 0),
        (2004, 980_000, 9_800, 0),
        (2005, 970_000, 9_700, 0),
        (2006, 960_000, 9_600, 0),
    ]


def test_file_14_on_the_ledger() -> None:
    assert allocated("phase-2", 2007, 259_900)[0] == (2007, 256_002, 2_560, 0)


@pytest.mark.parametrize(
    ("withheld", "cfis"), [(0, 0), (1, 0), (2, 1), (300, 297), (9_999, 9_899), (10_000, 9_900)]
)
def test_what_is_withheld_is_rounded_down(withheld: int, cfis: int) -> None:
    assert allocated("phase-1", 2003, 1_000_000, withheld)[0][3] == cfis


def test_a_late_member_is_bound_for_all_years() -> None:
    assert allocated("phase-1", 2005, 1_000_000) == allocated("phase-1", 2003, 1_000_000)


@given(st.integers(0, 10**9), st.integers(0, 10_000))
def test_what_is_issued_is_the_nearest_and_holds_what_is_withheld(baseline: int, bps: int) -> None:
    for made in allocations(programme("phase-1"), Year(2003), baseline, BasisPoints(bps)):
        assert abs(100 * made.issued - made.target_tonnes) <= 50
        assert 0 <= made.withheld <= made.issued
