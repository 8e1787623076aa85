"""A state rebuilt from a snapshot, by a trusted root that vouches for all of it.

The root covers rows, slots, heights and seeds. What it doesn't cover is checked against what it
does: each row's key against the row, the replay window against the leaves that name its acts.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from cfi.contracts.state import durable
from cfi.contracts.state.catalogue import TABLES
from cfi.contracts.state.overlay import SUMMARY_KEY
from cfi.contracts.state.placed import PREFIX_BYTES, place_of
from cfi.contracts.state.row_tree import SEED_BYTES
from cfi.contracts.state.snapshot import Entry, SnapshotError, SnapshotHead
from cfi.contracts.state.store import State, WrongRootError
from cfi.contracts.state.table import OwnerKey, RowKey, number_key
from cfi.contracts.state.trees import Trees
from cfi.contracts.state.upgrades import app_version_at
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.limits import MAX_ROWS_PER_OWNER, REPLAY_WINDOW_HEIGHTS
from cfi.contracts.wire.merkle import HASH_BYTES
from cfi.contracts.wire.schema import Hash, Seed

Owners = Iterator[tuple[OwnerKey, Seed, dict[RowKey, bytes]]]


class Rebuilding:
    """Takes a snapshot's entries in their order, and makes state of them."""

    def __init__(self) -> None:
        self._public: dict[RowKey, bytes] = {}
        self._rows: dict[OwnerKey, dict[RowKey, bytes]] = {}
        self._slots: dict[OwnerKey, set[int]] = {}
        self._seeds: dict[OwnerKey, Seed] = {}
        self._acts: dict[int, tuple[Hash, ...]] = {}

    def take(self, entries: Iterable[Entry]) -> None:
        """Take entries; raises SnapshotError for what no snapshot holds."""
        for key, value in entries:
            prefix = key[:1]
            if prefix == durable.ROWS:
                self._take_row(key, value)
            elif prefix == durable.PUBLIC_ROWS and len(key) > 1 and value:
                self._public[RowKey(key[1:])] = value
            elif prefix == durable.SEEDS and len(value) == SEED_BYTES:
                self._seeds[OwnerKey(key[1:])] = Seed(value)
            elif prefix == durable.WINDOW and value and not len(value) % HASH_BYTES:
                cut = range(0, len(value), HASH_BYTES)
                ids = tuple(Hash(value[at : at + HASH_BYTES]) for at in cut)
                self._acts[durable.height_of_window_key(key)] = ids
            else:
                raise SnapshotError("an entry is nothing that a snapshot holds")

    def finish(
        self, head: SnapshotHead, app_hash: Hash, trees: Trees | None = None
    ) -> tuple[State, Window]:
        """The state, over given empty trees or its own, and the replay window; raises SnapshotError
        unless they have this root and agree with the head.
        """
        if head.app_hash != app_hash:
            raise SnapshotError(f"it is of root {head.app_hash.hex()}, not {app_hash.hex()}")
        state = State(trees)
        try:
            state.load(head.height, self._owners(), self._public, app_hash)
        except WrongRootError as error:
            raise SnapshotError(str(error)) from error
        _check_keys(state)
        view = StateView(state)
        _check_chain(view, head)
        return state, self._window(view, head.height)

    def _take_row(self, key: bytes, value: bytes) -> None:
        owner, row_key = durable.split_row_key(key)
        slot, _ = place_of(value)
        slots = self._slots.setdefault(owner, set())
        if len(value) <= PREFIX_BYTES or not row_key or not 0 <= slot < MAX_ROWS_PER_OWNER:
            raise SnapshotError("a row is cut off, or in no slot")
        if slot in slots or (slot == 0) != (row_key == SUMMARY_KEY):
            raise SnapshotError("a row is in another's slot")
        slots.add(slot)
        self._rows.setdefault(owner, {})[row_key] = value

    def _owners(self) -> Owners:
        for owner, seed in self._seeds.items():
            yield owner, seed, self._rows.pop(owner, {})
        if self._rows:
            raise SnapshotError("a row has no owner")

    def _window(self, view: StateView, snapshot_height: int) -> Window:
        window = Window()
        for height, ids in self._acts.items():
            named = view.acts.get(number_key(height))
            if named is None or named.digest != sha256(b"".join(ids)).digest():
                raise SnapshotError(f"the acts of height {height} are not those that were decided")
            window.add(height, ids)
        first = snapshot_height - REPLAY_WINDOW_HEIGHTS
        if len(self._acts) != sum(named.height >= first for named in view.acts.all()):
            raise SnapshotError("acts of the replay window are missing")
        return window


def _check_keys(state: State) -> None:
    """The root holds rows, not their keys: each must stand under its own."""
    for owner in state.accounts_and_holders.values():
        for key, packed in owner.rows.items():
            table: Any = TABLES.get(key[0])
            if table is None:
                raise SnapshotError("a row is of no table that is known here")
            if table.row_key(table.key(table.schema.read(packed[PREFIX_BYTES:]))) != key:
                raise SnapshotError("a row stands under another's key")


def _check_chain(view: StateView, head: SnapshotHead) -> None:
    chain = view.chain.get(b"chain")
    if chain is None:
        raise SnapshotError("the chain's own row is missing")
    said = (head.chain_id, head.genesis_hash, head.app_version)
    if said != (chain.chain_id, chain.genesis_hash, app_version_at(view, head.height)):
        raise SnapshotError("the head speaks of another chain than the rows")
