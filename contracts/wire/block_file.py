"""How blocks stand in the append-only files: each record framed, numbered and digested.

A record is `CFIB`, the content's length (4 bytes), its SHA-256, the content: height (8 bytes), the
time of the vote that decided it (8
bytes of seconds, 4 of nanoseconds), and the block as CometBFT encodes it. Numbers are big-endian.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.quantities import Height

MAGIC: Final = b"CFIB"
HEAD_BYTES: Final = 40
_NUMBERS: Final = 20
MAX_RECORD_BYTES: Final = 16 * 1024 * 1024


class BrokenRecordError(ValueError):
    """A record is not what was written: changed, cut off, or no record at all."""

    def __init__(self, offset: int, reason: str, *, cut_off: bool) -> None:
        super().__init__(f"at byte {offset}: {reason}")
        self.offset = offset
        self.cut_off = cut_off
        """True if the bytes end before the record does, as after a crash while it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRecord:
    """One decided block."""

    height: Height
    vote_time: Timestamp
    block: bytes


def encode_record(record: BlockRecord) -> bytes:
    """The record's bytes."""
    content = b"".join(
        (
            record.height.to_bytes(8, "big"),
            record.vote_time.seconds.to_bytes(8, "big"),
            record.vote_time.nanos.to_bytes(4, "big"),
            record.block,
        )
    )
    return MAGIC + len(content).to_bytes(4, "big") + sha256(content).digest() + content


def decode_record(data: bytes, offset: int = 0) -> tuple[BlockRecord, int]:
    """The record at an offset and the offset after it; raises BrokenRecordError."""
    head = data[offset : offset + HEAD_BYTES]
    if len(head) < HEAD_BYTES:
        raise BrokenRecordError(offset, "the record is cut off", cut_off=True)
    length = int.from_bytes(head[4:8], "big")
    if head[:4] != MAGIC or not _NUMBERS < length <= MAX_RECORD_BYTES:
        raise BrokenRecordError(offset, "no record begins here", cut_off=False)
    content = data[offset + HEAD_BYTES : offset + HEAD_BYTES + length]
    if len(content) < length:
        raise BrokenRecordError(offset, "the record is cut off", cut_off=True)
    if sha256(content).digest() != head[8:]:
        raise BrokenRecordError(offset, "the record's digest differs", cut_off=False)
    record = BlockRecord(
        height=Height(int.from_bytes(content[:8], "big")),
        vote_time=Timestamp(
            seconds=int.from_bytes(content[8:16], "big"),
            nanos=int.from_bytes(content[16:20], "big"),
        ),
        block=content[_NUMBERS:],
    )
    return record, offset + HEAD_BYTES + length


def decode_records(data: bytes) -> Iterator[BlockRecord]:
    """All records of a file's bytes, in order; raises BrokenRecordError."""
    offset = 0
    while offset < len(data):
        record, offset = decode_record(data, offset)
        yield record
