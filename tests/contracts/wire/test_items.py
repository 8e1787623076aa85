"""Items written singly are what the library writes."""

import cbor2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cfi.contracts.wire import items

WIDTHS = (23, 24, 255, 256, 4_095, 4_096, 65_535, 65_536, 2**32 - 1, 2**32, 2**64 - 1)
LENGTHS = (0, 23, 24, 255, 256, 65_535, 65_536)


@given(number=st.integers(0, 2**64 - 1))
def test_a_number_is_what_the_library_writes(number: int) -> None:
    assert items.unsigned(number) == items.integer(number) == cbor2.dumps(number)


@pytest.mark.parametrize("number", WIDTHS)
def test_a_number_at_the_edge_of_a_width_is_too(number: int) -> None:
    assert items.unsigned(number) == cbor2.dumps(number)
    assert items.integer(-1 - number) == cbor2.dumps(-1 - number)


@given(number=st.integers(-(2**64), -1))
def test_a_negative_number_is_what_the_library_writes(number: int) -> None:
    assert items.integer(number) == cbor2.dumps(number)


@pytest.mark.parametrize("number", [-1, 2**64])
def test_a_number_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(OverflowError):
        items.unsigned(number)


@given(data=st.binary(max_size=300))
def test_a_byte_string_is_what_the_library_writes(data: bytes) -> None:
    assert items.octets(data) == cbor2.dumps(data)
    assert items.octets_head(len(data)) + data == cbor2.dumps(data)


@given(value=st.text(max_size=300))
@example(value="é" * 128)
def test_text_is_what_the_library_writes(value: str) -> None:
    assert items.text(value) == cbor2.dumps(value)


@pytest.mark.parametrize("length", LENGTHS)
def test_so_are_those_at_the_edge_of_a_width(length: int) -> None:
    assert items.octets(b"x" * length) == cbor2.dumps(b"x" * length)
    assert items.text("x" * length) == cbor2.dumps("x" * length)
    assert items.array_head(length) + items.NULL * length == cbor2.dumps([None] * length)


def test_the_constants_are_what_the_library_writes() -> None:
    written = (items.NULL, items.FALSE, items.TRUE)
    assert written == tuple(map(cbor2.dumps, (None, False, True)))
