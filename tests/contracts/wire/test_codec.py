"""RFC 8949, 4.2.1: one encoding for a value, and only that one is read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.wire.codec import CodecError, array, decode, encode, parse
from cfi.contracts.wire.limits import MAX_DEPTH, MAX_TRANSACTION_BYTES

# RFC 8949, appendix A: those of its examples that are in the profile.
RFC_EXAMPLES = [
    (0, "00"),
    (1, "01"),
    (10, "0a"),
    (23, "17"),
    (24, "1818"),
    (25, "1819"),
    (100, "1864"),
    (1_000, "1903e8"),
    (1_000_000, "1a000f4240"),
    (1_000_000_000_000, "1b000000e8d4a51000"),
    (18_446_744_073_709_551_615, "1bffffffffffffffff"),
    (-18_446_744_073_709_551_616, "3bffffffffffffffff"),
    (-1, "20"),
    (-10, "29"),
    (-100, "3863"),
    (-1_000, "3903e7"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (b"", "40"),
    (b"\x01\x02\x03\x04", "4401020304"),
    ("", "60"),
    ("a", "6161"),
    ("IETF", "6449455446"),
    ('"\\', "62225c"),
    ("\u00fc", "62c3bc"),
    ("\u6c34", "63e6b0b4"),
    ("\U00010151", "64f0908591"),
    ([], "80"),
    ([1, 2, 3], "83010203"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    ([*range(1, 26)], "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
    ({}, "a0"),
    ({1: 2, 3: 4}, "a201020304"),
    ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
    (["a", {"b": "c"}], "826161a161626163"),
]

REFUSED = [
    ("nothing", ""),
    ("an array cut off", "830102"),
    ("a byte after the end", "0000"),
    ("a number in more bytes than it needs", "1817"),
    ("a number in eight bytes that needs one", "1b0000000000000001"),
    ("a length in more bytes than it needs", "580101"),
    ("text that is not UTF-8", "61ff"),
    ("half of a surrogate pair", "63eda080"),
    ("a half-precision number", "f93c00"),
    ("a single-precision number", "fa47c35000"),
    ("a double-precision number", "fb3ff199999999999a"),
    ("not a number", "f97e00"),
    ("infinity", "f97c00"),
    ("undefined", "f7"),
    ("a simple value", "f0"),
    ("a simple value of two bytes", "f8ff"),
    ("a big number", "c249010000000000000000"),
    ("a negative big number", "c349010000000000000000"),
    ("a moment as text", "c074323031332d30332d32315432303a30343a30305a"),
    ("a moment as a number", "c11a514b67b0"),
    ("a decimal fraction", "c48221196ab3"),
    ("a fraction", "d81e820103"),
    ("a shared value", "d81c01"),
    ("a reference", "d81d00"),
    ("a set", "d9010281 01".replace(" ", "")),
    ("a network address", "d9010444c00a0a01"),
    ("a tag that nobody knows", "d9ffff01"),
    ("the tag that says CBOR", "d9d9f701"),
    ("bytes of indefinite length", "5f42010243030405ff"),
    ("text of indefinite length", "7f657374726561646d696e67ff"),
    ("an array of indefinite length", "9f0102ff"),
    ("a map of indefinite length", "bf616101ff"),
    ("a break alone", "ff"),
    ("a key twice", "a201020103"),
    ("keys out of order", "a203040102"),
    ("a null for a key", "a1f601"),
    ("an array for a key", "a1810101"),
    ("a length beyond the end", "5affffffff00"),
    ("a reserved length", "1c"),
]

VALUES = st.recursive(
    st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=300)
    | st.text(max_size=40)
    | st.booleans()
    | st.none(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.integers(0, 2**64 - 1) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=20,
)


def nested(levels: int, innermost: object = 1) -> Any:
    value: Any = innermost
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(("value", "encoded"), RFC_EXAMPLES, ids=[each[1] for each in RFC_EXAMPLES])
def test_the_examples_of_the_rfc(value: object, encoded: str) -> None:
    assert encode(value).hex() == encoded
    assert decode(bytes.fromhex(encoded)) == value


@pytest.mark.parametrize("encoded", [pytest.param(data, id=name) for name, data in REFUSED])
def test_what_is_refused(encoded: str) -> None:
    with pytest.raises(CodecError):
        decode(bytes.fromhex(encoded))


@given(VALUES)
def test_a_value_comes_back(value: object) -> None:
    assert decode(encode(value)) == value


@given(st.binary(max_size=64))
def test_bytes_are_refused_or_the_one_encoding(data: bytes) -> None:
    try:
        value = decode(data)
    except CodecError:
        return
    assert encode(value) == data


def test_a_tuple_is_written_as_an_array_and_keys_in_their_order() -> None:
    assert encode((1, {3: 4, 1: 2})) == bytes.fromhex("8201a201020304")


def test_sixteen_levels_and_no_more() -> None:
    deepest = nested(MAX_DEPTH)
    assert decode(encode(deepest)) == deepest
    for value in (nested(MAX_DEPTH + 1), {1: deepest}, nested(MAX_DEPTH, {})):
        with pytest.raises(CodecError, match="deeper"):
            encode(value)
    with pytest.raises(CodecError):
        decode(b"\x81" * (MAX_DEPTH + 1) + b"\x01")


def test_a_deep_nest_of_a_few_bytes_is_refused() -> None:
    with pytest.raises(CodecError):
        parse(b"\x81" * 60_000 + b"\x01")


@pytest.mark.parametrize(
    "value",
    [2**64, -(2**64) - 1, 1.0, {1.5}, Ellipsis, "\ud800", {None: 1}, {(1,): 1}, bytearray(b"a")],
    ids=lambda value: type(value).__name__,
)
def test_values_outside_the_profile_are_not_written(value: object) -> None:
    with pytest.raises(CodecError):
        encode([value])


def test_length_is_bounded_before_anything_is_read() -> None:
    longest = encode(bytes(MAX_TRANSACTION_BYTES - 5))
    assert len(longest) == MAX_TRANSACTION_BYTES - 2
    assert parse(longest) == bytes(MAX_TRANSACTION_BYTES - 5)
    with pytest.raises(CodecError, match="longer than 65,536 bytes"):
        parse(bytes(MAX_TRANSACTION_BYTES + 1))
    with pytest.raises(CodecError, match="longer than 3 bytes"):
        parse(b"\x80" * 4, limit=3)


def test_an_array_is_an_array() -> None:
    assert array([1]) == [1]
    with pytest.raises(CodecError, match="not an array"):
        array({})
