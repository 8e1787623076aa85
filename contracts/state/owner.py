"""One owner's committed rows: packed bytes, each in a slot."""

from heapq import heappop, heappush

from cfi.contracts.state.ordered import OrderedRows
from cfi.contracts.state.overlay import SUMMARY_KEY
from cfi.contracts.state.placed import (
    HEIGHT_BYTES,
    PREFIX_BYTES,
    SLOT_BYTES,
    Placed,
    place_of,
    shown,
)
from cfi.contracts.state.table import RowKey
from cfi.contracts.wire.schema import Seed


class Owner:
    """Rows in slots; freed slots are reused lowest first; slot 0 is the summary."""

    __slots__ = ("free", "rows", "seed", "slots")

    def __init__(self, seed: Seed) -> None:
        self.seed = seed
        self.rows = OrderedRows()
        self.free: list[int] = []
        self.slots = 0

    def write(
        self, changes: dict[RowKey, bytes | None], height: int, seed: Seed | None = None
    ) -> "tuple[OwnerUndo, Placed] | None":
        """Write a block's rows, and take a new seed if there is one; returns how to take them back
        and what slots hold now, or None if nothing differs.
        """
        before = self._before(changes)
        if not before and seed is None:
            return None
        undo = OwnerUndo(before, list(self.free), self.slots, None if seed is None else self.seed)
        placed: Placed = {}
        for key in before:
            if changes[key] is None:
                placed[self._release(key)] = b""
        written_at = height.to_bytes(HEIGHT_BYTES, "big")
        for key, old in before.items():
            row = changes[key]
            if row is not None:
                slot = self._take(key) if old is None else int.from_bytes(old[:SLOT_BYTES], "big")
                place = slot.to_bytes(SLOT_BYTES, "big") + written_at
                self.rows.put(key, place + row)
                placed[slot] = place + shown(key, row)
        if seed is not None:
            self.seed = seed
        return undo, placed

    def placed(self) -> Placed:
        """All rows by slot."""
        return {
            place_of(packed)[0]: packed[:PREFIX_BYTES] + shown(key, packed[PREFIX_BYTES:])
            for key, packed in self.rows.items()
        }

    def take_back(self, undo: "OwnerUndo") -> None:
        """Undo the latest `write`."""
        for key, old in undo.rows.items():
            if old is None:
                self.rows.pop(key)
            else:
                self.rows.put(key, old)
        self.free, self.slots = undo.free, undo.slots
        if undo.seed is not None:
            self.seed = undo.seed

    def load(self, rows: dict[RowKey, bytes]) -> None:
        """Take over rows from the durable copy, their slots as they were."""
        self.rows = OrderedRows(rows)
        used = {int.from_bytes(row[:SLOT_BYTES], "big"): None for row in rows.values()}
        self.slots = max(used, default=-1) + 1
        self.free = [slot for slot in range(self.slots) if slot not in used]

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
        slot = int.from_bytes(self.rows.pop(key)[:SLOT_BYTES], "big")
        heappush(self.free, slot)
        return slot


class OwnerUndo:
    """What one block changed of an owner."""

    __slots__ = ("free", "rows", "seed", "slots")

    def __init__(
        self, rows: dict[RowKey, bytes | None], free: list[int], slots: int, seed: Seed | None
    ) -> None:
        self.rows = rows
        self.free = free
        self.slots = slots
        self.seed = seed
