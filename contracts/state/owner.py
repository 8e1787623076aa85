"""One owner's committed rows: packed bytes in the slots of its row tree."""

from heapq import heappop, heappush
from typing import Final

from cfi.contracts.state.overlay import SUMMARY_KEY
from cfi.contracts.state.row_tree import (
    ZERO,
    Blinder,
    RowTree,
    RowTreeUndo,
    owner_leaf_key,
    placed_leaf,
)
from cfi.contracts.state.table import OwnerKey, RowKey
from cfi.contracts.wire.schema import Seed

OWNER_LEAF_TAG: Final = 0x02
_SLOT_BYTES: Final = 4
_HEIGHT_BYTES: Final = 8
PREFIX_BYTES: Final = _SLOT_BYTES + _HEIGHT_BYTES
"""Before each packed row its place: its slot, and the height at which it was written."""


def place_of(row: bytes) -> tuple[int, int]:
    """A packed row's slot and the height at which it was written."""
    slot, written_at = row[:_SLOT_BYTES], row[_SLOT_BYTES:PREFIX_BYTES]
    return int.from_bytes(slot, "big"), int.from_bytes(written_at, "big")


def shown(key: RowKey, row: bytes) -> bytes:
    """A row as it is hashed and shown: its table's tag before it, so that it can't pass for another
    table's.
    """
    return key[:1] + row


class Owner:
    """Rows in slots; freed slots are reused lowest first; slot 0 is the summary."""

    __slots__ = ("blinder", "free", "leaf_key", "name", "rows", "seed", "slots", "tree")

    def __init__(self, name: OwnerKey, seed: Seed) -> None:
        self.name = name
        self._hide_under(seed)
        self.rows: dict[RowKey, bytes] = {}
        self.free: list[int] = []
        self.slots = 0
        self.tree = RowTree()

    def write(
        self, changes: dict[RowKey, bytes | None], height: int, seed: Seed | None = None
    ) -> "OwnerUndo | None":
        """Write a block's rows, under a new seed if there is one; returns how to take them back, or
        None if nothing differs.
        """
        before = self._before(changes)
        if not before and seed is None:
            return None
        undo = OwnerUndo(before, list(self.free), self.slots, None if seed is None else self.seed)
        leaves = {} if seed is None else self._blinded_by(seed)
        for key in before:
            if changes[key] is None:
                leaves[self._release(key)] = ZERO
        written_at = height.to_bytes(_HEIGHT_BYTES, "big")
        for key, old in before.items():
            row = changes[key]
            if row is not None:
                slot = self._take(key) if old is None else int.from_bytes(old[:_SLOT_BYTES], "big")
                place = slot.to_bytes(_SLOT_BYTES, "big") + written_at
                self.rows[key] = place + row
                leaves[slot] = placed_leaf(self.blinder, place, shown(key, row))
        undo.tree = self.tree.set_leaves(leaves)
        return undo

    def take_back(self, undo: "OwnerUndo") -> None:
        """Undo the latest `write`."""
        for key, old in undo.rows.items():
            if old is None:
                del self.rows[key]
            else:
                self.rows[key] = old
        self.free, self.slots = undo.free, undo.slots
        if undo.seed is not None:
            self._hide_under(undo.seed)
        self.tree.undo(undo.tree)

    def load(self, rows: dict[RowKey, bytes]) -> None:
        """Take over rows from the durable copy, their slots as they were."""
        self.rows = rows
        used = {int.from_bytes(row[:_SLOT_BYTES], "big"): None for row in rows.values()}
        self.slots = max(used, default=-1) + 1
        self.free = [slot for slot in range(self.slots) if slot not in used]
        self.tree.set_leaves(self._blinded_by(self.seed))

    def _hide_under(self, seed: Seed) -> None:
        self.seed = seed
        self.blinder = Blinder(seed)
        self.leaf_key = owner_leaf_key(OWNER_LEAF_TAG, self.blinder, self.name)
        """Where the outer tree has the owner."""

    def _blinded_by(self, seed: Seed) -> dict[int, bytes]:
        """Take a seed; returns every row's leaf under it."""
        self._hide_under(seed)
        leaves = {}
        for key, row in self.rows.items():
            slot = int.from_bytes(row[:_SLOT_BYTES], "big")
            shown_row = shown(key, row[PREFIX_BYTES:])
            leaves[slot] = placed_leaf(self.blinder, row[:PREFIX_BYTES], shown_row)
        return leaves

    def _before(self, changes: dict[RowKey, bytes | None]) -> dict[RowKey, bytes | None]:
        """What stands where the changes differ from it, in key order."""
        rows, before = self.rows, dict[RowKey, bytes | None]()
        for key, row in sorted(changes.items()):
            old = rows.get(key)
            if row != (None if old is None else old[PREFIX_BYTES:]):
                before[key] = old
        return before

    def _take(self, key: RowKey) -> int:
        if key == SUMMARY_KEY:
            self.slots = max(self.slots, 1)
            return 0
        if self.free:
            return heappop(self.free)
        self.slots = max(self.slots, 1) + 1
        return self.slots - 1

    def _release(self, key: RowKey) -> int:
        slot = int.from_bytes(self.rows.pop(key)[:_SLOT_BYTES], "big")
        heappush(self.free, slot)
        return slot


class OwnerUndo:
    """What one block changed of an owner."""

    __slots__ = ("free", "rows", "seed", "slots", "tree")

    def __init__(
        self, rows: dict[RowKey, bytes | None], free: list[int], slots: int, seed: Seed | None
    ) -> None:
        self.rows = rows
        self.free = free
        self.slots = slots
        self.seed = seed
        self.tree: RowTreeUndo
