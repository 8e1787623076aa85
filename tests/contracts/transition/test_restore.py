"""A state rebuilt from a snapshot's entries; forged ones, however consistent, are refused."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from hashlib import sha256
from typing import Any

import pytest

from cfi.contracts.state import durable
from cfi.contracts.state.changes import put_public
from cfi.contracts.state.placed import PREFIX_BYTES
from cfi.contracts.state.rows.governance import ACTS, CHAIN, ActsOfHeight
from cfi.contracts.state.snapshot import SnapshotError, SnapshotHead
from cfi.contracts.state.table import OwnerKey, RowKey, account_owner
from cfi.contracts.transition.restore import Rebuilding
from cfi.contracts.wire.limits import MAX_ROWS_PER_OWNER, REPLAY_WINDOW_HEIGHTS
from cfi.contracts.wire.quantities import Count, Height
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import Identifier
from tests.contracts.state.heights import ONE, Kept, Writer, kept, plain_root
from tests.spoilt import spoilt

HEIGHTS = 6
OWNER = account_owner(ONE)
IDS = b"1" * 32 + b"2" * 32
Entries = dict[bytes, bytes]


def packed(slot: int, written_at: int, row: bytes) -> bytes:
    """A row with its place."""
    return slot.to_bytes(4, "big") + written_at.to_bytes(8, "big") + row


@cache
def story() -> tuple[Kept, Entries, SnapshotHead]:
    """A state after some heights, what a snapshot has of it, and its head."""
    writer = Writer(3)
    for number in range(HEIGHTS):
        writer.write()
        if number == HEIGHTS - 1:
            digest = Hash(sha256(IDS).digest())
            writer.ledger.given(put_public(ACTS, ActsOfHeight(height=Height(5), digest=digest)))
        writer.ledger.seal()
    copy = kept(writer.ledger.store)
    head = SnapshotHead(
        chain_id=Identifier("sim-test"),
        genesis_hash=Hash(bytes(32)),
        height=Height(copy.height),
        app_hash=Hash(copy.app_hash),
        results_hash=Hash(bytes(32)),
        app_version=Count(1),
    )
    return copy, entries_of(copy), head


def entries_of(copy: Kept) -> Entries:
    """A state's rows as entries, and the acts of one height."""
    entries = {durable.public_key(key): row for key, row in copy.public.items()}
    for name, (seed, rows) in copy.owners.items():
        entries[durable.seed_key(name)] = seed
        entries |= {durable.row_key(name, key): row for key, row in rows.items()}
    return entries | {durable.window_key(5): IDS}


def rebuild(entries: Entries, head: SnapshotHead) -> Any:
    rebuilding = Rebuilding()
    rebuilding.take(sorted(entries.items()))
    return rebuilding.finish(head, story()[2].app_hash)


def test_the_state_comes_back_with_its_indexes_and_its_window() -> None:
    copy, entries, head = story()
    state, window = rebuild(entries, head)
    assert kept(state) == copy
    assert window.heights() == [(5, (Hash(b"1" * 32), Hash(b"2" * 32)))]


def test_acts_whose_window_has_passed_are_no_part_of_it() -> None:
    """Their leaf stays until there are acts again."""
    _, entries, head = story()
    later = replace(head, height=Height(5 + REPLAY_WINDOW_HEIGHTS))
    _, window = rebuild(entries, later)
    assert window.heights() == [(5, (Hash(b"1" * 32), Hash(b"2" * 32)))]
    after = replace(head, height=Height(6 + REPLAY_WINDOW_HEIGHTS))
    with pytest.raises(SnapshotError, match="are missing"):
        rebuild(entries, after)
    without = {key: row for key, row in entries.items() if key != durable.window_key(5)}
    _, window = rebuild(without, after)
    assert window.heights() == []


def a_row(entries: Entries, tag: int | None = None) -> bytes:
    """The key of a row of an account, not its first."""
    prefix = durable.row_key(OWNER, RowKey(b"" if tag is None else bytes((tag,))))
    return sorted(key for key in entries if key.startswith(prefix))[1]


def moved(entries: Entries) -> None:
    """A row under another key of its table."""
    key = a_row(entries)
    entries[key + b"9"] = entries.pop(key)


def replaced(row: bytes, slot: int) -> bytes:
    return packed(slot, 1, row[PREFIX_BYTES:])


def orphaned(entries: Entries) -> None:
    del entries[durable.seed_key(OWNER)]


def with_row(change: Callable[[bytes], bytes]) -> Callable[[Entries], None]:
    def act(entries: Entries) -> None:
        key = a_row(entries)
        entries[key] = change(entries[key])

    return act


def with_entry(key: bytes, value: bytes | None) -> Callable[[Entries], None]:
    def act(entries: Entries) -> None:
        if value is None:
            del entries[key]
        else:
            entries[key] = value

    return act


WINDOW = durable.window_key(5)
FORGED: list[tuple[str, Callable[[Entries], None], str]] = [
    #  sentence                        change                                                        what is said
    ("another row",                    with_row(spoilt),                                               "have root"),
    ("another height of a row",        with_row(lambda row: spoilt(row, 11)),                          "have root"),
    ("a row under another key",        moved,                                                        "under another's key"),
    ("a row in a taken slot",          with_row(lambda row: replaced(row, 0)),                       "another's slot"),
    ("a row in no slot",               with_row(lambda row: replaced(row, MAX_ROWS_PER_OWNER)),      "in no slot"),
    ("a row that is cut off",          with_row(lambda row: row[:PREFIX_BYTES]),                     "cut off"),
    ("a row without a key",            with_entry(b"rAx\x00", bytes(20)),                            "cut off"),
    ("a row without an owner",         orphaned,                                                     "no owner"),
    ("an owner more",                  with_entry(durable.seed_key(OwnerKey(b"Ax")), bytes(32)),     "have root"),
    ("half a seed",                    with_entry(durable.seed_key(OWNER), bytes(16)),               "nothing that a snapshot holds"),
    ("a receipt",                      with_entry(b"x" + bytes(32), b"r"),                           "nothing that a snapshot holds"),
    ("an empty public row",            with_entry(durable.public_key(RowKey(b"\xc0now")), b""),      "nothing that a snapshot holds"),
    ("a public row without a key",     with_entry(b"p", b"r"),                                       "nothing that a snapshot holds"),
    ("half an act",                    with_entry(WINDOW, IDS[:40]),                                 "nothing that a snapshot holds"),
    ("a height without acts",          with_entry(WINDOW, b""),                                      "nothing that a snapshot holds"),
    ("another act in the window",      with_entry(WINDOW, bytes(32) + IDS[32:]),                     "not those that were decided"),
    ("acts of a height that had none", with_entry(durable.window_key(4), IDS),                       "not those that were decided"),
    ("no acts",                        with_entry(WINDOW, None),                                     "are missing"),
    ("no public row",                  with_entry(durable.public_key(CHAIN.row_key(b"chain")), None), "have root"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "change", "said"), FORGED, ids=[row[0] for row in FORGED])
def test_a_forged_snapshot_is_refused(
    sentence: str, change: Callable[[Entries], None], said: str
) -> None:
    _, entries, head = story()
    forged = dict(entries)
    change(forged)
    assert forged != entries
    with pytest.raises(SnapshotError, match=said):
        rebuild(forged, head)


HEADS: list[tuple[str, dict[str, Any], str]] = [
    #  sentence              change                              what is said
    ("another root",         {"app_hash": Hash(bytes(32))},      "it is of root"),
    ("another chain",        {"chain_id": Identifier("sim-x")},  "another chain"),
    ("another genesis",      {"genesis_hash": Hash(b"g" * 32)},  "another chain"),
    ("other rules",          {"app_version": Count(2)},          "another chain"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "change", "said"), HEADS, ids=[row[0] for row in HEADS])
def test_a_head_that_the_rows_contradict(sentence: str, change: dict[str, Any], said: str) -> None:
    _, entries, head = story()
    with pytest.raises(SnapshotError, match=said):
        rebuild(entries, replace(head, **change))


def of_another_root(copy: Kept, said: str) -> None:
    """Refused even where the root is trusted: it is of a program that knows more, or of none."""
    _, _, head = story()
    root = Hash(plain_root(copy))
    rebuilding = Rebuilding()
    rebuilding.take(sorted(entries_of(copy).items()))
    with pytest.raises(SnapshotError, match=said):
        rebuilding.finish(replace(head, app_hash=root), root)


def test_a_row_of_an_unknown_table() -> None:
    copy, _, _ = story()
    seed, rows = copy.owners[OWNER]
    unknown = {RowKey(b"\xfe1"): packed(1_000, 1, b"row")}
    of_another_root(replace(copy, owners={**copy.owners, OWNER: (seed, rows | unknown)}), "no table")


def test_rows_without_the_chains_own() -> None:
    copy, _, _ = story()
    public = {key: row for key, row in copy.public.items() if key != CHAIN.row_key(b"chain")}
    of_another_root(replace(copy, public=public), "own row is missing")
