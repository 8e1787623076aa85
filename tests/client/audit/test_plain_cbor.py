"""RFC 8949: the model's own reader reads what the ledger writes, and never fails in another way."""

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.client.audit import plain_cbor
from cfi.client.audit.plain_cbor import UnreadableError, read

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary()
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=30),
)


@given(VALUES)
def test_reads_what_another_encoder_writes(value: plain_cbor.Value) -> None:
    assert read(cbor2.dumps(value)) == value


@pytest.mark.parametrize("length", [0, 1, 23, 24, 255, 256, 65_535, 65_536])
def test_writes_byte_strings_as_another_encoder_does(length: int) -> None:
    assert plain_cbor.byte_string(bytes(length)) == cbor2.dumps(bytes(length))


def test_a_tag_is_passed_over_and_an_empty_map_is_nothing() -> None:
    assert read(bytes.fromhex("d281a0")) == [None]


UNREADABLE = [
    ("nothing", "", "the bytes end early"),
    ("a byte too many", "0000", "bytes are left over"),
    ("a string cut off", "420a", "the bytes end early"),
    ("an array cut off", "8201", "the bytes end early"),
    ("a length cut off", "5901", "the bytes end early"),
    ("an array that promises too much", "9affffffff", "the bytes end early"),
    ("an indefinite length", "9f01ff", "an indefinite length"),
    ("floating point", "f90000", "a type that no record has"),
    ("a map", "a10102", "a type that no record has"),
    ("undefined", "f7", "a type that no record has"),
    ("text that is not UTF-8", "61ff", "text that is not UTF-8"),
    ("forty arrays in each other", "81" * 40 + "00", "too deep"),
]


@pytest.mark.parametrize(
    ("sentence", "data", "reason"), UNREADABLE, ids=[row[0] for row in UNREADABLE]
)
def test_unreadable(sentence: str, data: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read(bytes.fromhex(data))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_unreadable(data: bytes) -> None:
    try:
        read(data)
    except UnreadableError:
        return


def test_a_value_of_another_type_is_unreadable() -> None:
    for take in (plain_cbor.array, plain_cbor.number, plain_cbor.octets, plain_cbor.text):
        with pytest.raises(UnreadableError, match="no "):
            take(None)
    with pytest.raises(UnreadableError, match="no number"):
        plain_cbor.number(True)
    with pytest.raises(UnreadableError, match="no array of the expected width"):
        plain_cbor.array([1], 2)
