"""RB 4.3, 5.3.1, OM 2.6: ranges of serial numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.figures.serials import SerialRange, page_of, pages, parse_serials, shown
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import Serial, Year


def serials(first: int, last: int, kind: Instrument = Instrument.XA, vintage: int = 2003) -> SerialRange:
    return SerialRange(
        instrument=kind, vintage=Year(vintage), first=Serial(first), last=Serial(last)
    )


def test_a_range_is_shown_with_both_ends() -> None:
    assert shown(serials(101, 200)) == "CFI-XA-2003-0000000101-0000000200"


@given(
    st.sampled_from(Instrument), st.integers(1900, 9999),
    st.integers(1, 9_999_999_999), st.integers(0, 10**6),
)  # fmt: skip
def test_what_is_shown_is_read_again(kind: Instrument, vintage: int, first: int, more: int) -> None:
    made = serials(first, min(first + more, 9_999_999_999), kind, vintage)
    assert parse_serials(shown(made)) == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "XA-2003-0000000101-0000000200",
        "CFI-XB-2003-0000000101-0000000200",
        "cfi-XA-2003-0000000101-0000000200",
        "CFI-XA-203-0000000101-0000000200",
        "CFI-XA-0003-0000000101-0000000200",
        "CFI-XA-2003-101-200",
        "CFI-XA-2003-0000000000-0000000200",
        "CFI-XA-2003-0000000201-0000000200",
        "CFI-XA-2003-0000000101-000000020x",
        "CFI-XA-2003-0000000101-0000000200-",
        "CFI-XA-2003-0000000101-\u0660\u0660\u0660\u0660\u0660\u0660\u0660200",
    ],
)
def test_nothing_else_is_read(text: str) -> None:
    assert parse_serials(text) is None


@pytest.mark.parametrize(
    ("first", "last", "tonnes", "whole"),
    [(101, 200, 100, True), (1, 10_000, 10_000, True), (1, 1, 1, False), (101, 199, 99, False), (102, 200, 99, False)],
)
def test_a_cfi_is_an_aligned_hundred(first: int, last: int, tonnes: int, whole: bool) -> None:
    made = serials(first, last)
    assert (made.tonnes, made.whole_cfis) == (tonnes, whole)


@pytest.mark.parametrize(
    ("first", "last", "numbers"),
    [(1, 10_000, [0]), (1, 10_001, [0, 1]), (10_001, 10_100, [1]), (9_901, 30_100, [0, 1, 2, 3])],
)
def test_a_page_has_ten_thousand_tonnes(first: int, last: int, numbers: list[int]) -> None:
    assert list(pages(serials(first, last))) == numbers
    assert page_of(Serial(first)) == numbers[0]
