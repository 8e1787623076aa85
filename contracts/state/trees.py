"""The trees over a state's rows: its root, and the proofs of its last heights.

They know a row by its slot and by the bytes that its leaf hides, and nothing of keys and tables. So
they may live in another process than the rows.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from cfi.contracts.state.outer_tree import OuterTree
from cfi.contracts.state.placed import PREFIX_BYTES, Placed
from cfi.contracts.state.row_tree import (
    ZERO,
    Blinder,
    RowTree,
    RowTreeUndo,
    owner_leaf_key,
    owner_leaf_value,
    placed_leaf,
)
from cfi.contracts.state.table import OwnerKey, RowKey
from cfi.contracts.wire.limits import PROVABLE_HEIGHTS
from cfi.contracts.wire.proofs import Absence, Existence
from cfi.contracts.wire.schema import Hash, Seed

OWNER_LEAF_TAG: Final = 0x02


class Trees(Protocol):
    """The trees of a state, wherever they are."""

    @property
    def root(self) -> Hash:
        """The root of the last sealed height."""

    def root_to_come(self) -> Callable[[], Hash]:
        """What gives that root when it is wanted, also after later heights were sealed."""

    def put(self, owner: OwnerKey, seed: Seed | None, placed: Placed) -> None:
        """Write rows of an owner into the height that is open; a seed comes with all its rows."""

    def seal(self, public: Mapping[RowKey, bytes | None]) -> None:
        """End a height with what it changes of the public rows."""

    def forget(self) -> None:
        """Keep no height but the last."""

    def clear(self) -> None:
        """Be empty again."""

    def take_back(self) -> None:
        """Undo the last height."""

    def prove(self, back: int, key: bytes) -> Existence | Absence:
        """The proof of a key of the outer tree, so many heights back."""

    def paths(self, back: int, owner: OwnerKey, slots: list[int]) -> list[list[bytes]]:
        """The siblings of each of an owner's slots, from the leaf up, so many heights back."""


class OwnerTree:
    """One owner's row tree, what hides its leaves, and where the outer tree has it."""

    __slots__ = ("blinder", "leaf_key", "rows")

    def __init__(self, owner: OwnerKey, seed: Seed) -> None:
        self.blinder = Blinder(seed)
        self.leaf_key = owner_leaf_key(OWNER_LEAF_TAG, self.blinder, owner)
        self.rows = RowTree()

    def put(self, placed: Placed) -> RowTreeUndo:
        """Write rows; returns what was before."""
        blinder = self.blinder
        leaves = {
            slot: placed_leaf(blinder, row[:PREFIX_BYTES], row[PREFIX_BYTES:]) if row else ZERO
            for slot, row in placed.items()
        }
        return self.rows.set_leaves(leaves)


@dataclass(slots=True)
class _Undo:
    """What one height changed."""

    outer: OuterTree
    written: dict[OwnerKey, RowTreeUndo] = field(default_factory=dict)
    replaced: dict[OwnerKey, OwnerTree | None] = field(default_factory=dict)
    """The trees of owners that took a new seed, and nothing for those that were opened."""


class HeldTrees:
    """The trees in this process's memory."""

    def __init__(self) -> None:
        self._owners: dict[OwnerKey, OwnerTree] = {}
        self._undos: deque[_Undo] = deque(maxlen=PROVABLE_HEIGHTS)
        self._outer = OuterTree.EMPTY
        self._begin()

    @property
    def root(self) -> Hash:
        """The root of the last sealed height."""
        return Hash(self._outer.root_hash)

    def root_to_come(self) -> Callable[[], Hash]:
        """What gives that root when it is wanted, also after later heights were sealed."""
        root = self.root
        return lambda: root

    def put(self, owner: OwnerKey, seed: Seed | None, placed: Placed) -> None:
        """Write rows of an owner into the height that is open; a seed comes with all its rows."""
        if seed is None:
            tree = self._owners[owner]
            self._open.written[owner] = tree.put(placed)
        else:
            before = self._open.replaced[owner] = self._owners.get(owner)
            if before is not None:
                self._leaves[before.leaf_key] = None
            tree = self._owners[owner] = OwnerTree(owner, seed)
            tree.put(placed)
        self._leaves[tree.leaf_key] = owner_leaf_value(tree.rows.depth, tree.rows.root)

    def seal(self, public: Mapping[RowKey, bytes | None]) -> None:
        """End a height with what it changes of the public rows."""
        for key, row in public.items():
            self._leaves[key] = row
        self._outer = self._outer.with_changes(self._leaves)
        self._undos.append(self._open)
        self._begin()

    def forget(self) -> None:
        """Keep no height but the last."""
        self._undos.clear()

    def clear(self) -> None:
        """Be empty again."""
        self._owners.clear()
        self._undos.clear()
        self._outer = OuterTree.EMPTY
        self._begin()

    def take_back(self) -> None:
        """Undo the last height."""
        undo = self._undos.pop()
        for owner, written in undo.written.items():
            self._owners[owner].rows.undo(written)
        for owner, before in undo.replaced.items():
            if before is None:
                del self._owners[owner]
            else:
                self._owners[owner] = before
        self._outer = undo.outer
        self._begin()

    def prove(self, back: int, key: bytes) -> Existence | Absence:
        """The proof of a key of the outer tree, so many heights back."""
        outer = self._undos[-back].outer if back else self._outer
        return outer.prove(key)

    def paths(self, back: int, owner: OwnerKey, slots: list[int]) -> list[list[bytes]]:
        """The siblings of each of an owner's slots, from the leaf up, so many heights back."""
        tree, undos = self._owners[owner], list[RowTreeUndo]()
        for undo in list(self._undos)[len(self._undos) - back :]:
            replaced = undo.replaced.get(owner)
            if replaced is not None:
                tree = replaced
                break
            if owner in undo.written:
                undos.append(undo.written[owner])
        return [tree.rows.path_at(slot, undos) for slot in slots]

    def _begin(self) -> None:
        self._open = _Undo(self._outer)
        self._leaves: dict[bytes, bytes | None] = {}
