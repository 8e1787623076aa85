"""RB 2.7.4: a kept block is read as it was written, or it is said what is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.wire.block_file import (
    HEAD_BYTES,
    MAX_RECORD_BYTES,
    BlockRecord,
    BrokenRecordError,
    decode_record,
    decode_records,
    encode_record,
)
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.quantities import Height


def record(height: int, block: bytes) -> BlockRecord:
    vote_time = Timestamp(seconds=1_041_379_200 + height, nanos=500)
    return BlockRecord(height=Height(height), vote_time=vote_time, block=block)


RECORDS = [record(1, b"first"), record(2, b"s" * 300)]
DATA = b"".join(map(encode_record, RECORDS))
FIRST = len(encode_record(RECORDS[0]))


def test_records_come_back_in_order() -> None:
    assert list(decode_records(DATA)) == RECORDS
    assert list(decode_records(b"")) == []


def test_a_record_is_found_at_its_offset() -> None:
    assert decode_record(DATA, FIRST) == (RECORDS[1], len(DATA))


@given(st.integers(0, len(DATA) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(place: int, change: int) -> None:
    changed = DATA[:place] + bytes([DATA[place] ^ change]) + DATA[place + 1 :]
    with pytest.raises(BrokenRecordError) as caught:
        list(decode_records(changed))
    assert caught.value.offset == (0 if place < FIRST else FIRST)


@given(st.integers(1, len(DATA) - 1).filter(lambda length: length != FIRST))
def test_what_a_crash_cut_off_is_known_as_such(length: int) -> None:
    with pytest.raises(BrokenRecordError, match="cut off") as caught:
        list(decode_records(DATA[:length]))
    assert caught.value.cut_off


@pytest.mark.parametrize("length", [0, 20, MAX_RECORD_BYTES + 1])
def test_a_length_out_of_bounds_begins_no_record(length: int) -> None:
    head = b"CFIB" + length.to_bytes(4, "big") + bytes(HEAD_BYTES - 8)
    with pytest.raises(BrokenRecordError, match="at byte 0: no record begins here") as caught:
        decode_record(head + bytes(40))
    assert not caught.value.cut_off
