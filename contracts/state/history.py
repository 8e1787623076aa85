"""The state as it was at one of the last heights: rows, and proofs against that height's root."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import merge

from cfi.contracts.state.catalogue import INDEXED
from cfi.contracts.state.index import PUBLIC, DueItem, Indexes
from cfi.contracts.state.ordered import in_order
from cfi.contracts.state.owner import Owner
from cfi.contracts.state.placed import PREFIX_BYTES, place_of, shown
from cfi.contracts.state.row_tree import (
    Blinder,
    RowProof,
    owner_leaf_key,
    row_blinding,
)
from cfi.contracts.state.store import HeightUndo, State
from cfi.contracts.state.table import OwnerKey, RowKey
from cfi.contracts.state.trees import OWNER_LEAF_TAG
from cfi.contracts.wire.proofs import Existence, encode_absence, encode_existence
from cfi.contracts.wire.schema import Seed


class NotKeptError(LookupError):
    """The height is not among those whose proofs are kept."""


@dataclass(frozen=True, slots=True)
class OwnerProof:
    """An owner's leaf under the root of a height, and what leads from it to rows."""

    key: bytes
    value: bytes
    proof: bytes
    """ICS23 proof of presence."""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row as it is shown: its path to the owner's leaf and its blinding."""

    row: RowProof
    blinding: bytes


class Version:
    """The state after a height. It reads as any rows do, until the state takes a height back."""

    __slots__ = ("_back", "_state", "_undos", "height")

    def __init__(self, state: State, height: int) -> None:
        back = state.height - height
        if not 0 <= back <= len(state.undos):
            raise NotKeptError(f"height {height} is not among the last {len(state.undos)}")
        self.height = height
        self._back = back
        self._state = state
        self._undos: list[HeightUndo] = list(state.undos)[len(state.undos) - back :]

    def public(self, key: RowKey) -> bytes | None:
        """A public row."""
        for undo in self._undos:
            if key in undo.public:
                return undo.public[key]
        return self._state.public(key)

    def public_keys(self, tag: int) -> list[RowKey]:
        """The keys of a public table, in order."""
        return [key for key, _ in self.public_from(tag)]

    def public_from(self, tag: int, after: RowKey | None = None) -> Iterator[tuple[RowKey, bytes]]:
        """A public table's rows that follow a key, or all, in order. What is read costs; so does
        what was written since, but not what comes after.
        """
        standing = self._state.public_keys_from(tag, after)
        written = (key for undo in self._undos for key in undo.public)
        for key in in_order(standing, _of_table(written, tag, after)):
            row = self.public(key)
            if row is not None:
                yield key, row

    def owned(self, owner: OwnerKey, key: RowKey) -> bytes | None:
        """A row of an owner."""
        row = self._packed(owner, key)
        return None if row is None else row[PREFIX_BYTES:]

    def owned_keys(self, owner: OwnerKey, tag: int) -> list[RowKey]:
        """The keys of an owner's rows in one table, in order."""
        return list(self.owned_keys_from(owner, tag))

    def owned_keys_from(
        self, owner: OwnerKey, tag: int, after: RowKey | None = None
    ) -> Iterator[RowKey]:
        """Those that follow a key, or all. They cost as public rows do."""
        standing = self._state.owned_keys_from(owner, tag, after)
        undone = (undo.owners[owner] for undo in self._undos if owner in undo.owners)
        written = (key for changed in undone for key in changed.rows)
        for key in in_order(standing, _of_table(written, tag, after)):
            if self._packed(owner, key) is not None:
                yield key

    def row_count(self, owner: OwnerKey) -> int:
        """How many rows an owner has, 0 if there is no such owner."""
        known = self._owner(owner)
        if known is None:
            return 0
        changed = dict.fromkeys(
            key for undo in self._undos if owner in undo.owners for key in undo.owners[owner].rows
        )
        return len(known.rows) + sum(
            (self._packed(owner, key) is not None) - (key in known.rows) for key in changed
        )

    def owners(self, kind: bytes) -> list[OwnerKey]:
        """All accounts or all holders, in order."""
        opened = {owner: None for undo in self._undos for owner in undo.opened}
        return [owner for owner in self._state.owners(kind) if owner not in opened]

    def find(self, tag: int, value: bytes) -> tuple[OwnerKey, RowKey] | None:
        """The row of a table that has this unique value."""
        changed = [place for place in self._changed() if place[1][0] == tag]
        found = self._indexes_of(changed).unique.get(bytes((tag,)) + value)
        if found is not None:
            return found
        standing = self._state.find(tag, value)
        return None if standing in changed else standing

    def due_items(self) -> Iterator[DueItem]:
        """All work that will fall due, the earliest first."""
        changed = {place: None for place in self._changed() if place[1][0] in INDEXED}
        standing = (item for item in self._state.due_items() if item[1:] not in changed)
        return merge(self._indexes_of(changed).due, standing)

    def seed(self, owner: OwnerKey) -> Seed | None:
        """The owner's seed, or None if there was no such owner."""
        known = self._owner(owner)
        if known is None:
            return None
        seeds = (undo.owners[owner].seed for undo in self._undos if owner in undo.owners)
        return next((seed for seed in seeds if seed is not None), known.seed)

    def prove_public(self, key: bytes) -> bytes:
        """An ICS23 proof of a public key's presence, or of its absence."""
        found = self._state.trees.prove(self._back, key)
        return encode_existence(found) if isinstance(found, Existence) else encode_absence(found)

    def prove_owner(self, owner: OwnerKey) -> OwnerProof | None:
        """The proof of an owner's leaf, or None if there was no such owner."""
        seed = self.seed(owner)
        if seed is None:
            return None
        leaf_key = owner_leaf_key(OWNER_LEAF_TAG, Blinder(seed), owner)
        found = self._state.trees.prove(self._back, leaf_key)
        assert isinstance(found, Existence), "an owner never lacks its leaf"
        return OwnerProof(found.key, found.value, encode_existence(found))

    def show_rows(self, owner: OwnerKey, keys: Iterable[RowKey]) -> list[ShownRow]:
        """Those of an owner's rows that were there, each with its path and its blinding."""
        found = ((key, self._packed(owner, key)) for key in keys)
        packed_rows = [(key, packed) for key, packed in found if packed is not None]
        seed = self.seed(owner)
        if seed is None or not packed_rows:
            return []
        places = [place_of(packed) for _, packed in packed_rows]
        paths = self._state.trees.paths(self._back, owner, [slot for slot, _ in places])
        blinder = Blinder(seed)
        return [
            ShownRow(
                RowProof(
                    slot=slot,
                    written_at=written_at,
                    row=shown(key, packed[PREFIX_BYTES:]),
                    siblings=tuple(path),
                ),
                row_blinding(blinder, slot, written_at),
            )
            for (key, packed), (slot, written_at), path in zip(
                packed_rows, places, paths, strict=True
            )
        ]

    def _changed(self) -> Iterator[tuple[OwnerKey, RowKey]]:
        """Where rows stand, or stood, that were written since."""
        for undo in self._undos:
            for owner, changed in undo.owners.items():
                yield from ((owner, key) for key in changed.rows)
            yield from ((PUBLIC, key) for key in undo.public)

    def _indexes_of(self, places: Iterable[tuple[OwnerKey, RowKey]]) -> Indexes:
        """What leads to the rows that stood there."""
        indexes = Indexes()
        for owner, key in dict.fromkeys(places):
            row = self.public(key) if owner == PUBLIC else self.owned(owner, key)
            indexes.replace(owner, key, None, row)
        return indexes

    def _owner(self, owner: OwnerKey) -> Owner | None:
        if any(owner in undo.opened for undo in self._undos):
            return None
        return self._state.accounts_and_holders.get(owner)

    def _packed(self, owner: OwnerKey, key: RowKey) -> bytes | None:
        known = self._owner(owner)
        if known is None:
            return None
        for undo in self._undos:
            changed = undo.owners.get(owner)
            if changed is not None and key in changed.rows:
                return changed.rows[key]
        return known.rows.get(key)


def _of_table(keys: Iterable[RowKey], tag: int, after: RowKey | None) -> list[RowKey]:
    """The keys of a table that follow a key, or all."""
    return [key for key in keys if key[0] == tag and (after is None or key > after)]
