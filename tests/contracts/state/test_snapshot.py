"""The bytes of a snapshot: framed, in order, cut into chunks, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from cfi.contracts.state import durable
from cfi.contracts.state.snapshot import (
    DOMAIN,
    FORMAT,
    ChunkCutter,
    Entry,
    Snapshot,
    SnapshotError,
    SnapshotHead,
    SnapshotReader,
    encode_entry,
    encode_head,
    entries_of,
    in_snapshot,
)
from cfi.contracts.wire.limits import MAX_SNAPSHOT_CHUNKS, MAX_SNAPSHOT_ENTRY_BYTES
from cfi.contracts.wire.limits import SNAPSHOT_CHUNK_BYTES as CHUNK
from cfi.contracts.wire.quantities import Count, Height
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import Identifier

HEAD = SnapshotHead(
    chain_id=Identifier("sim-test"),
    genesis_hash=Hash(bytes(32)),
    height=Height(7),
    app_hash=Hash(b"a" * 32),
    results_hash=Hash(b"r" * 32),
    app_version=Count(1),
)
ENTRIES: list[Entry] = [(b"p\x01", b"one"), (b"p\x02", b""), (b"rA\x00\x01", b"x" * 300)]


def encoded(entries: list[Entry]) -> bytes:
    return encode_head(HEAD) + b"".join(encode_entry(*each) for each in entries)


def read(data: bytes, size: int) -> list[Entry]:
    """The entries of bytes that come in chunks of a size."""
    reader = SnapshotReader()
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    found = list(entries_of(chunks, reader))
    assert reader.head == HEAD
    return found


@pytest.mark.parametrize("size", [160, 200, 331, 10_000])
def test_entries_come_back_wherever_the_chunks_are_cut(size: int) -> None:
    assert read(encoded(ENTRIES), size) == ENTRIES


def test_chunks_have_one_size_but_for_the_last() -> None:
    cutter = ChunkCutter()
    pieces = [b"a" * (CHUNK - 1), b"b", b"c" * (2 * CHUNK), b"d"]
    full = [chunk for piece in pieces for chunk in cutter.take(piece)]
    assert [len(chunk) for chunk in full] == [CHUNK, CHUNK, CHUNK]
    assert list(cutter.rest()) == [b"d"]
    assert b"".join([*full, b"d"]) == b"".join(pieces)


def test_nothing_is_left_where_the_pieces_end_with_a_full_chunk() -> None:
    cutter = ChunkCutter()
    assert list(cutter.take(bytes(CHUNK))) == [bytes(CHUNK)]
    assert list(cutter.rest()) == []


LONG = (MAX_SNAPSHOT_ENTRY_BYTES + 1).to_bytes(4, "big")
REFUSED: list[tuple[str, bytes, str]] = [
    #  sentence                     bytes                                            what is said
    ("nothing at all",              b"",                                             "head is cut off"),
    ("a head that is cut off",      encode_head(HEAD)[:-1],                          "head is cut off"),
    ("a head that is none",         b"\x00\x00\x00\x01\x80",                         "head can't be read"),
    ("an entry that is cut off",    encoded(ENTRIES)[:-1],                           "end is cut off"),
    ("a frame that is cut off",     encoded(ENTRIES) + b"\x00",                      "end is cut off"),
    ("an entry twice",              encoded([ENTRIES[0], ENTRIES[0]]),               "out of order"),
    ("entries the wrong way round", encoded([ENTRIES[1], ENTRIES[0]]),               "out of order"),
    ("an entry without a key",      encoded([(b"", b"v")]),                          "out of order"),
    ("an entry too long",           encode_head(HEAD) + b"\x00\x01" + LONG,          "too long"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "data", "said"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_no_snapshot(sentence: str, data: bytes, said: str) -> None:
    with pytest.raises(SnapshotError, match=said):
        list(entries_of([data], SnapshotReader()))


TOLD = Snapshot(height=7, format=FORMAT, metadata=sha256(b"0").digest() + sha256(b"1").digest())
UNSOUND: list[tuple[str, Callable[[], object], str]] = [
    #  sentence                   what is done                                                                   what is said
    ("another format",            lambda: replace(TOLD, format=2).check(),                                       "format 2"),
    ("no chunk",                  lambda: replace(TOLD, metadata=b"").check(),                                   "no list"),
    ("half a hash",               lambda: replace(TOLD, metadata=bytes(33)).check(),                             "no list"),
    ("too many chunks",           lambda: replace(TOLD, metadata=bytes(32 * (MAX_SNAPSHOT_CHUNKS + 1))).check(), "no list"),
    ("a chunk that isn't there",  lambda: TOLD.check_chunk(2, b"1"),                                             "no chunk 2"),
    ("a chunk before the first",  lambda: TOLD.check_chunk(-1, b"1"),                                            "no chunk -1"),
    ("another chunk",             lambda: TOLD.check_chunk(0, b"1"),                                             "chunk 0 is not"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "act", "said"), UNSOUND, ids=[row[0] for row in UNSOUND])
def test_what_is_told_is_checked(sentence: str, act: Callable[[], object], said: str) -> None:
    with pytest.raises(SnapshotError, match=said):
        act()


def test_no_chunks_have_no_head() -> None:
    with pytest.raises(SnapshotError, match="the head is cut off"):
        list(entries_of([], SnapshotReader()))


def test_what_is_told_of_a_snapshot() -> None:
    TOLD.check()
    TOLD.check_chunk(1, b"1")
    assert TOLD.chunks == 2
    assert TOLD.hash == sha256(DOMAIN + (7).to_bytes(8, "big") + TOLD.metadata).digest()
    assert replace(TOLD, height=8).hash != TOLD.hash


def test_acts_that_left_the_window_are_no_part_of_it() -> None:
    assert in_snapshot(durable.window_key(100), 400)
    assert not in_snapshot(durable.window_key(99), 400)
    assert in_snapshot(b"p\x01", 400)
