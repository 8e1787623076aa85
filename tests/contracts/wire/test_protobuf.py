"""Protobuf, written one way and read strictly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.wire.protobuf import (
    Fields,
    Kind,
    ProtobufError,
    data,
    delimited,
    fixed,
    integer,
    message,
    read_delimited,
    varint,
)

SHAPE = {1: Kind.UNSIGNED, 2: Kind.SIGNED, 3: Kind.FIXED, 4: Kind.DATA, 5: Kind.REPEATED}

WRITTEN = [
    #  sentence                                       written                 bytes
    ("one byte holds seven bits",                     varint(127),            "7f"),
    ("more take more, low bits first",                varint(300),            "ac02"),
    ("a negative takes ten bytes",                    varint(-1),             "ffffffffffffffffff01"),
    ("a zero number is omitted",                      integer(1, 0),          ""),
    ("a number comes after its tag",                  integer(1, 150),        "089601"),
    ("a high field's tag has two bytes",              integer(16, 1),         "800101"),
    ("a fixed number has eight bytes",                fixed(2, 1),            "110100000000000000"),
    ("a negative one too",                            fixed(2, -2),           "11feffffffffffffff"),
    ("a fixed zero is omitted",                       fixed(2, 0),            ""),
    ("empty bytes are omitted",                       data(3, b""),           ""),
    ("bytes come after their length",                 data(3, b"ab"),         "1a026162"),
    ("an empty message is written",                   message(2, b""),        "1200"),
    ("a length stands before what is delimited",      delimited(b"abc"),      "03616263"),
]  # fmt: skip

REFUSED = [
    #  sentence                                        bytes                       reason
    ("a number in more bytes than it needs",           "088000",                   "shortest form"),
    ("a number without an end",                        "0880",                     "without an end"),
    ("a number of more than ten bytes",                "08" + "ff" * 11,           "without an end"),
    ("a number of more than 64 bits",                  "08" + "ff" * 9 + "02",     "shortest form"),
    ("an unknown field",                               "3001",                     "not of this message"),
    ("field zero",                                     "0001",                     "not of this message"),
    ("a known field of another wire type",             "0a0101",                   "not of this message"),
    ("fields out of order",                            "10010801",                 "out of order"),
    ("a field that comes twice",                       "08010801",                 "comes twice"),
    ("a group",                                        "0b",                       "unknown wire type"),
    ("bytes cut short",                                "220361",                   "cut short"),
    ("a fixed number cut short",                       "1901020304",               "cut short"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "written", "expected"), WRITTEN)
def test_written(sentence: str, written: bytes, expected: str) -> None:
    assert written.hex() == expected


@pytest.mark.parametrize(("sentence", "body", "reason"), REFUSED)
def test_refused(sentence: str, body: str, reason: str) -> None:
    with pytest.raises(ProtobufError, match=reason):
        Fields(bytes.fromhex(body), SHAPE)


@given(
    st.integers(0, 2**64 - 1),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-(2**63), 2**63 - 1),
    st.binary(),
    st.lists(st.binary()),
)
def test_what_was_written_is_read(
    unsigned: int, signed: int, eight: int, body: bytes, items: list[bytes]
) -> None:
    written = integer(1, unsigned) + integer(2, signed) + fixed(3, eight) + data(4, body)
    fields = Fields(written + b"".join(message(5, item) for item in items), SHAPE)
    assert (fields.number(1), fields.number(2), fields.number(3)) == (unsigned, signed, eight)
    assert (fields.data(4), fields.each(5)) == (body, items)


@given(st.binary(max_size=64))
def test_other_bytes_are_refused_and_nothing_else_happens(body: bytes) -> None:
    try:
        Fields(body, SHAPE)
    except ProtobufError:
        return


@pytest.mark.parametrize("value", [2**64, -(2**63) - 1])
def test_numbers_beyond_64_bits_are_refused(value: int) -> None:
    with pytest.raises(ProtobufError, match="64 bits"):
        varint(value)
    with pytest.raises(ProtobufError, match="64 bits"):
        fixed(1, value)


def test_delimited_bytes_are_read_one_after_another() -> None:
    stream = delimited(b"first") + delimited(b"")
    first, at = read_delimited(stream, 0)
    assert (first, read_delimited(stream, at)) == (b"first", (b"", len(stream)))
