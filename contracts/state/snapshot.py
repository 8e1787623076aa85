"""Snapshots: a committed state as one run of bytes, the same on every node, cut into chunks.

A head, then what the durable copy holds of that height in key order: public rows, owners' rows with
their slots and heights, seeds, the acts of the replay window. Receipts and movements stay behind.
Each entry is the key's length (2 bytes), the value's length (4 bytes), the key, the value; the head
is framed as a value. Numbers are big-endian.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cfi.contracts.state import durable
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.limits import (
    MAX_SNAPSHOT_CHUNKS,
    MAX_SNAPSHOT_ENTRY_BYTES,
    REPLAY_WINDOW_HEIGHTS,
    SNAPSHOT_CHUNK_BYTES,
)
from cfi.contracts.wire.merkle import HASH_BYTES
from cfi.contracts.wire.quantities import Count, Height
from cfi.contracts.wire.schema import Hash, schema_of
from cfi.contracts.wire.text import Identifier

FORMAT: Final = 1
DOMAIN: Final = b"cfi/snapshot/v1"
PREFIXES: Final = (durable.PUBLIC_ROWS, durable.ROWS, durable.SEEDS, durable.WINDOW)
"""What of the durable copy a snapshot holds, in key order."""
_ENTRY_HEAD: Final = 6
_HEAD_HEAD: Final = 4

Entry = tuple[bytes, bytes]
"""A durable key and its value."""


class SnapshotError(ValueError):
    """The bytes are no snapshot, or not the one that was meant; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotHead:
    """Which height of which chain it is, and by which rules it came to be."""

    chain_id: Identifier
    genesis_hash: Hash
    height: Height
    app_hash: Hash
    results_hash: Hash
    """What the next header says about this height's results; the root doesn't vouch for it."""
    app_version: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is told of a snapshot before its chunks: their hashes, joined, are its metadata."""

    height: int
    format: int
    metadata: bytes

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return len(self.metadata) // HASH_BYTES

    @property
    def hash(self) -> bytes:
        """SHA-256 of the domain, the height in 8 bytes and the metadata."""
        return sha256(DOMAIN + self.height.to_bytes(8, "big") + self.metadata).digest()

    def check(self) -> None:
        """Raise SnapshotError unless the format is known and the number of chunks is possible."""
        if self.format != FORMAT:
            raise SnapshotError(f"format {self.format} is not known here")
        if len(self.metadata) % HASH_BYTES or not 1 <= self.chunks <= MAX_SNAPSHOT_CHUNKS:
            raise SnapshotError("the metadata is no list of chunk hashes")

    def check_chunk(self, index: int, chunk: bytes) -> None:
        """Raise SnapshotError unless this is the chunk with that index, from 0."""
        if not 0 <= index < self.chunks:
            raise SnapshotError(f"there is no chunk {index}")
        start = index * HASH_BYTES
        if sha256(chunk).digest() != self.metadata[start : start + HASH_BYTES]:
            raise SnapshotError(f"chunk {index} is not the one that the metadata names")


class ChunkCutter:
    """Cuts pieces into chunks of one size; the last may be smaller."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def take(self, piece: bytes) -> Iterator[bytes]:
        """Take a piece; gives the chunks that are full."""
        self._buffer += piece
        while len(self._buffer) >= SNAPSHOT_CHUNK_BYTES:
            yield bytes(self._buffer[:SNAPSHOT_CHUNK_BYTES])
            del self._buffer[:SNAPSHOT_CHUNK_BYTES]

    def rest(self) -> Iterator[bytes]:
        """The last chunk, unless the pieces ended with a full one."""
        if self._buffer:
            yield bytes(self._buffer)


def encode_head(head: SnapshotHead) -> bytes:
    """The first bytes of a snapshot."""
    content = schema_of(SnapshotHead).encode(head)
    return len(content).to_bytes(_HEAD_HEAD, "big") + content


def encode_entry(key: bytes, value: bytes) -> bytes:
    """An entry's bytes."""
    return len(key).to_bytes(2, "big") + len(value).to_bytes(4, "big") + key + value


def in_snapshot(key: bytes, height: int) -> bool:
    """True unless the key names acts that had left the replay window by that height: a node that
    took a height back keeps some for longer.
    """
    if key[:1] != durable.WINDOW:
        return True
    return durable.height_of_window_key(key) + REPLAY_WINDOW_HEIGHTS >= height


class SnapshotReader:
    """Reads a snapshot's entries, chunk by chunk."""

    __slots__ = ("_buffer", "_head", "_last")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._last = b""
        self._head: SnapshotHead | None = None

    @property
    def head(self) -> SnapshotHead:
        """What the snapshot says of itself; raises SnapshotError before the first chunk is read."""
        if self._head is None:
            raise SnapshotError("the head is cut off")
        return self._head

    def feed(self, chunk: bytes) -> Iterator[Entry]:
        """Entries that are complete, in key order; raises SnapshotError."""
        self._buffer += chunk
        buffer, at = self._buffer, 0
        if self._head is None:
            at = self._read_head()
        while len(buffer) - at >= _ENTRY_HEAD:
            key_length = int.from_bytes(buffer[at : at + 2], "big")
            value_length = int.from_bytes(buffer[at + 2 : at + _ENTRY_HEAD], "big")
            if value_length > MAX_SNAPSHOT_ENTRY_BYTES:
                raise SnapshotError("an entry is too long")
            middle = at + _ENTRY_HEAD + key_length
            end = middle + value_length
            if len(buffer) < end:
                break
            key = bytes(buffer[at + _ENTRY_HEAD : middle])
            if key <= self._last:
                raise SnapshotError("the entries are out of order")
            self._last = key
            yield key, bytes(buffer[middle:end])
            at = end
        del buffer[:at]

    def finish(self) -> SnapshotHead:
        """The head, when all chunks were read; raises SnapshotError where the end is cut off."""
        if self._buffer:
            raise SnapshotError("the end is cut off")
        return self.head

    def _read_head(self) -> int:
        length = int.from_bytes(self._buffer[:_HEAD_HEAD], "big")
        end = _HEAD_HEAD + length
        if len(self._buffer) < end:
            raise SnapshotError("the head is cut off")
        try:
            self._head = schema_of(SnapshotHead).decode(bytes(self._buffer[_HEAD_HEAD:end]))
        except CodecError as error:
            raise SnapshotError(f"the head can't be read: {error}") from error
        return end


def entries_of(chunks: Iterable[bytes], reader: SnapshotReader) -> Iterator[Entry]:
    """All entries of all chunks; raises SnapshotError."""
    for chunk in chunks:
        yield from reader.feed(chunk)
    reader.finish()
