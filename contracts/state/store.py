"""The committed state: rows in memory, the changes of the last heights, and the trees over them."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cfi.contracts.state import durable
from cfi.contracts.state.catalogue import INDEXED
from cfi.contracts.state.index import PUBLIC, DueItem, Indexes
from cfi.contracts.state.ordered import OrderedRows
from cfi.contracts.state.overlay import Overlay
from cfi.contracts.state.owner import Owner, OwnerUndo
from cfi.contracts.state.placed import PREFIX_BYTES
from cfi.contracts.state.table import OwnerKey, RowKey
from cfi.contracts.state.trees import HeldTrees, Trees
from cfi.contracts.wire.limits import PROVABLE_HEIGHTS
from cfi.contracts.wire.schema import Hash, Seed


class WrongRootError(Exception):
    """Rows are not those of the height that they are said to be of."""

    def __init__(self, height: int, found: Hash, expected: Hash) -> None:
        super().__init__(
            f"the rows of height {height} have root {found.hex()}, committed was {expected.hex()}"
        )


@dataclass(slots=True)
class HeightUndo:
    """What one height changed: enough to read the state before it, and to take it back."""

    owners: dict[OwnerKey, OwnerUndo] = field(default_factory=dict)
    opened: dict[OwnerKey, None] = field(default_factory=dict)
    public: dict[RowKey, bytes | None] = field(default_factory=dict)


class State:
    """Typed tables over ordered keys, with one root.

    A height is sealed in memory first (`seal`), which gives the app hash and the writes for the
    durable copy; until the engine commits it, it
    can be taken back (`take_back`).
    """

    def __init__(self, trees: Trees | None = None) -> None:
        """An empty state, over empty trees: held here unless others are given."""
        self.height = 0
        self.trees: Trees = HeldTrees() if trees is None else trees
        self.accounts_and_holders: dict[OwnerKey, Owner] = {}
        self.indexes = Indexes()
        self.undos: deque[HeightUndo] = deque(maxlen=PROVABLE_HEIGHTS)
        self._public: dict[int, OrderedRows] = {}
        self._names: dict[bytes, list[OwnerKey]] = {}

    @property
    def app_hash(self) -> Hash:
        """The root."""
        return self.trees.root

    def app_hash_to_come(self) -> Callable[[], Hash]:
        """What gives the root of this height when it is wanted, also after later heights."""
        return self.trees.root_to_come()

    def overlay(self) -> Overlay:
        """Room for a block's writes."""
        return Overlay(self)

    def owned(self, owner: OwnerKey, key: RowKey) -> bytes | None:
        """A row of an owner."""
        known = self.accounts_and_holders.get(owner)
        if known is None:
            return None
        row = known.rows.get(key)
        return None if row is None else row[PREFIX_BYTES:]

    def owned_keys(self, owner: OwnerKey, tag: int) -> list[RowKey]:
        """The keys of an owner's rows in one table, in order."""
        known = self.accounts_and_holders.get(owner)
        return [] if known is None else known.rows.keys_of(tag)

    def owned_keys_from(self, owner: OwnerKey, tag: int, after: RowKey | None) -> Iterator[RowKey]:
        """Those that follow a key, or all; nothing may be sealed meanwhile."""
        known = self.accounts_and_holders.get(owner)
        return iter(()) if known is None else known.rows.keys_from(tag, after)

    def row_count(self, owner: OwnerKey) -> int:
        """How many rows an owner has, 0 if there is no such owner."""
        known = self.accounts_and_holders.get(owner)
        return 0 if known is None else len(known.rows)

    def owners(self, kind: bytes) -> list[OwnerKey]:
        """All accounts or all holders, in order."""
        return list(self._names.get(kind, ()))

    def public(self, key: RowKey) -> bytes | None:
        """A public row."""
        rows = self._public.get(key[0])
        return None if rows is None else rows.get(key)

    def public_keys(self, tag: int) -> list[RowKey]:
        """The keys of a public table, in order."""
        rows = self._public.get(tag)
        return [] if rows is None else rows.keys_of(tag)

    def public_keys_from(self, tag: int, after: RowKey | None) -> Iterator[RowKey]:
        """Those that follow a key, or all; nothing may be sealed meanwhile."""
        rows = self._public.get(tag)
        return iter(()) if rows is None else rows.keys_from(tag, after)

    def find(self, tag: int, value: bytes) -> tuple[OwnerKey, RowKey] | None:
        """The row of a table that has this unique value."""
        return self.indexes.unique.get(bytes((tag,)) + value)

    def due_items(self) -> Iterator[DueItem]:
        """All work that will fall due, the earliest first."""
        return iter(self.indexes.due)

    def seal(self, overlay: Overlay) -> durable.Batch:
        """Make an overlay's writes the next height; returns the writes for the durable copy."""
        self.height += 1
        undo = HeightUndo()
        batch: durable.Batch = []
        public: dict[RowKey, bytes | None] = {}
        for owner in overlay.touched():
            self._seal_owner(owner, overlay, undo, batch)
        for key, row in sorted(overlay.public_rows.items()):
            before = self.public(key)
            if before != row:
                undo.public[key] = before
                self._set_public(key, before, row)
                public[key] = row
                batch.append((durable.public_key(key), row))
        self.trees.seal(public)
        self.undos.append(undo)
        return batch

    @property
    def proofs_from(self) -> int:
        """The least height whose proofs are kept."""
        return self.height - len(self.undos)

    def found(self, overlay: Overlay) -> durable.Batch:
        """Make an overlay's writes height 0 of a new state."""
        assert self.height == 0 and not self.accounts_and_holders, "a state is founded once"
        self.height = -1
        batch = self.seal(overlay)
        self.undos.clear()
        self.trees.forget()
        return batch

    def take_back(self) -> None:
        """Undo the latest `seal`."""
        undo = self.undos.pop()
        for owner, owner_undo in undo.owners.items():
            self._take_back_owner(owner, owner_undo)
        for owner in undo.opened:
            del self.accounts_and_holders[owner]
            names = self._names[owner[:1]]
            names.pop(bisect_left(names, owner))
        for key, before in undo.public.items():
            self._set_public(key, self.public(key), before)
        self.trees.take_back()
        self.height -= 1

    def hand_over(self, trees: Trees) -> None:
        """Keep other trees from now on, over the rows of the last height alone."""
        trees.clear()
        for name, owner in self.accounts_and_holders.items():
            trees.put(name, owner.seed, owner.placed())
        trees.seal({key: row for rows in self._public.values() for key, row in rows.items()})
        trees.forget()
        self.undos.clear()
        self.trees = trees

    def load(
        self,
        height: int,
        owners: Iterable[tuple[OwnerKey, Seed, dict[RowKey, bytes]]],
        public: Mapping[RowKey, bytes],
        app_hash: Hash,
    ) -> None:
        """Take over a copy of the rows; raises WrongRootError, before any row is decoded, unless
        this is their root.
        """
        for name, seed, rows in owners:
            owner = self._open(name, seed)
            owner.load(rows)
            self.trees.put(name, seed, owner.placed())
        self.trees.seal(public)
        self.trees.forget()
        if self.app_hash != app_hash:
            raise WrongRootError(height, self.app_hash, app_hash)
        for key, row in public.items():
            self._set_public(key, None, row)
        for name, owner in self.accounts_and_holders.items():
            for row_key, row in owner.rows.items():
                self.indexes.replace(name, row_key, None, row[PREFIX_BYTES:])
        self.height = height

    def _open(self, name: OwnerKey, seed: Seed) -> Owner:
        owner = self.accounts_and_holders[name] = Owner(seed)
        insort(self._names.setdefault(name[:1], []), name)
        return owner

    def _seal_owner(
        self,
        name: OwnerKey,
        overlay: Overlay,
        undo: HeightUndo,
        batch: durable.Batch,
    ) -> None:
        seed = overlay.seeds.get(name)
        owner = self.accounts_and_holders.get(name)
        if owner is None:
            assert seed is not None, "an owner is opened with its seed"
            owner = self._open(name, seed)
            undo.opened[name] = None
        if seed is not None:
            batch.append((durable.seed_key(name), seed))
        changed = owner.write(
            overlay.sealed_rows(name), self.height, seed if seed != owner.seed else None
        )
        if changed is None:
            return
        undo.owners[name], placed = changed
        prefix = durable.row_key(name, RowKey(b""))
        for key, before in undo.owners[name].rows.items():
            after = owner.rows.get(key)
            if key[0] in INDEXED:
                self.indexes.replace(name, key, _row(before), _row(after))
            batch.append((prefix + key, after))
        self.trees.put(name, seed, placed if seed is None else owner.placed())

    def _take_back_owner(self, name: OwnerKey, undo: OwnerUndo) -> None:
        owner = self.accounts_and_holders[name]
        for key, before in undo.rows.items():
            self.indexes.replace(name, key, _row(owner.rows.get(key)), _row(before))
        owner.take_back(undo)

    def _set_public(self, key: RowKey, before: bytes | None, after: bytes | None) -> None:
        rows = self._public.get(key[0])
        if rows is None:
            rows = self._public[key[0]] = OrderedRows()
        if after is not None:
            rows.put(key, after)
        else:
            rows.pop(key)
        self.indexes.replace(PUBLIC, key, before, after)


def _row(packed_row: bytes | None) -> bytes | None:
    return None if packed_row is None else packed_row[PREFIX_BYTES:]
