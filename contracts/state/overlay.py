"""A block's uncommitted rows over the committed state."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from heapq import merge
from typing import Any, Final

from cfi.contracts.state.catalogue import INDEXED, STANDING
from cfi.contracts.state.changes import (
    Changes,
    Drop,
    DropPublic,
    Move,
    OpenOwner,
    Put,
    PutPublic,
    Reseed,
)
from cfi.contracts.state.durable import Batch, movement_key
from cfi.contracts.state.index import PUBLIC, DueItem, Indexes
from cfi.contracts.state.row_tree import seed_commitment
from cfi.contracts.state.rows.custody import SUMMARY, Movement, Summary
from cfi.contracts.state.rows_view import Rows
from cfi.contracts.state.running import Running
from cfi.contracts.state.table import OwnerKey, RowKey
from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.refusal import InvariantBroken
from cfi.contracts.wire.schema import Hash, Seed, schema_of
from cfi.contracts.wire.text import Text

SUMMARY_KEY: Final = SUMMARY.row_key(b"")
CHAIN_START: Final = Hash(bytes(32))
_MOVEMENTS: Final = schema_of(Movement)


Encoded = list[bytes | None]
"""By operation, the bytes that it writes, None where it writes none."""


def encoded(changes: Changes) -> Encoded:
    """The bytes that changes write; raises SchemaError where a field is out of range."""
    rows: Encoded = []
    for operation in changes.operations:
        match operation:
            case Put() | PutPublic():
                rows.append(operation.table.schema.encode(operation.row))
            case Move():
                rows.append(_MOVEMENTS.encode(operation.movement))
            case _:
                rows.append(None)
    return rows


class Overlay:
    """Reads fall through to the base; writes stay here."""

    def __init__(self, base: Rows) -> None:
        self._base = base
        self.rows: dict[OwnerKey, dict[RowKey, bytes | None]] = {}
        self.public_rows: dict[RowKey, bytes | None] = {}
        self.seeds: dict[OwnerKey, Seed] = {}
        self.movements: dict[OwnerKey, list[bytes]] = {}
        self.standing_writes = 0
        """How often a row was written that says who may do what."""
        self.spoilt = False
        """True once changes were written in part only: nothing here may be relied on."""
        self._summaries: dict[OwnerKey, Running] = {}
        self._opened: list[OwnerKey] = []
        self._counts: dict[OwnerKey, int] = {}
        self._unique: dict[bytes, tuple[OwnerKey, RowKey] | None] = {}
        self._added = Indexes()
        self._gone: set[DueItem] = set()

    def owned(self, owner: OwnerKey, key: RowKey) -> bytes | None:
        """A row of an owner."""
        rows = self.rows.get(owner)
        if rows is not None and key in rows:
            return rows[key]
        if key == SUMMARY_KEY and owner in self._summaries:
            return self._summaries[owner].encode()
        return self._base.owned(owner, key)

    def owned_keys(self, owner: OwnerKey, tag: int) -> list[RowKey]:
        """The keys of an owner's rows in one table, in order."""
        keys = self._base.owned_keys(owner, tag)
        rows = self.rows.get(owner)
        return keys if rows is None else _merged(keys, rows, tag)

    def row_count(self, owner: OwnerKey) -> int:
        """How many rows an owner has, 0 if there is no such owner."""
        return self._base.row_count(owner) + self._counts.get(owner, 0)

    def owners(self, kind: bytes) -> list[OwnerKey]:
        """All accounts or all holders, in order."""
        return sorted(
            self._base.owners(kind) + [owner for owner in self._opened if owner[:1] == kind]
        )

    def public(self, key: RowKey) -> bytes | None:
        """A public row."""
        if key in self.public_rows:
            return self.public_rows[key]
        return self._base.public(key)

    def public_keys(self, tag: int) -> list[RowKey]:
        """The keys of a public table, in order."""
        return _merged(self._base.public_keys(tag), self.public_rows, tag)

    def find(self, tag: int, value: bytes) -> tuple[OwnerKey, RowKey] | None:
        """The row of a table that has this unique value."""
        name = bytes((tag,)) + value
        found = self._added.unique.get(name)
        if found is not None:
            return found
        return None if name in self._unique else self._base.find(tag, value)

    def due_items(self) -> Iterator[DueItem]:
        """All work that will fall due, the earliest first."""
        base = (item for item in self._base.due_items() if item not in self._gone)
        return merge(self._added.due, base)

    def summary(self, owner: OwnerKey) -> Summary | None:
        """An owner's first row as it stands now."""
        running = self._summaries.get(owner)
        if running is not None:
            return running.summary()
        raw = self._base.owned(owner, SUMMARY_KEY)
        return None if raw is None else SUMMARY.schema.read(raw)

    def apply(self, changes: Changes, rows: Encoded | None = None) -> None:
        """Write what a rule returned, with its rows as `encoded` gave them if that was asked;
        raises SchemaError, having written nothing, where a row can't be encoded.
        """
        rows = encoded(changes) if rows is None else rows
        self.spoilt = True
        for operation, row in zip(changes.operations, rows, strict=True):
            self._apply_one(operation, row)
        self.spoilt = False

    def _apply_one(self, operation: Any, row: bytes | None) -> None:
        match operation:
            case Put() | Drop():
                self._write(operation.owner, operation.key, row)
            case Move():
                assert row is not None, "a movement is encoded"
                self._record(operation.owner, operation.movement, row)
            case PutPublic():
                self._write_public(operation.key, row)
            case DropPublic():
                self._write_public(operation.key, None)
            case OpenOwner():
                self._open(operation.owner, operation.seed)
            case Reseed():
                self._reseed(operation.owner, operation.seed)
            case _:
                raise InvariantBroken("an operation of no known kind")

    def sealed_rows(self, owner: OwnerKey) -> dict[RowKey, bytes | None]:
        """The rows of an owner that this block writes, its first row among them."""
        rows = self.rows.get(owner, {})
        return rows | {SUMMARY_KEY: self._summaries[owner].encode()}

    def movement_writes(self) -> Batch:
        """Each account's new movements under their numbers: the chain in its first row vouches for
        them.
        """
        writes: Batch = []
        for owner, movements in sorted(self.movements.items()):
            first = self._summaries[owner].count - len(movements) + 1
            writes.extend(
                (movement_key(owner, first + at), raw) for at, raw in enumerate(movements)
            )
        return writes

    def touched(self) -> list[OwnerKey]:
        """The owners that this block writes, in order."""
        return sorted({**self.rows, **self._summaries})

    def _running_of(self, owner: OwnerKey) -> Running:
        running = self._summaries.get(owner)
        if running is None:
            raw = self._base.owned(owner, SUMMARY_KEY)
            if raw is None:
                raise InvariantBroken("a row is written for an owner that was never opened")
            running = self._summaries[owner] = Running(raw)
        return running

    def _open(self, owner: OwnerKey, seed: Seed) -> None:
        if self.summary(owner) is not None:
            raise InvariantBroken("an owner is opened twice")
        self.seeds[owner] = seed
        insort(self._opened, owner)
        self._counts[owner] = 1
        first = Summary(
            owner=Text(owner.decode()),
            seed_commitment=Hash(seed_commitment(seed)),
            totals=(),
            movement_count=Count(0),
            movement_chain=CHAIN_START,
        )
        self._summaries[owner] = Running(SUMMARY.schema.encode(first))

    def _write(self, owner: OwnerKey, key: RowKey, after: bytes | None) -> None:
        rows = self.rows.get(owner)
        if rows is None:
            self._running_of(owner)  # raises where the owner was never opened
            rows = self.rows[owner] = {}
        before = rows[key] if key in rows else self._base.owned(owner, key)
        if (before is None) != (after is None):
            self._counts[owner] = self._counts.get(owner, 0) + (1 if before is None else -1)
        if key[0] in INDEXED:
            self._index(owner, key, before, after)
        if key[0] in STANDING:
            self.standing_writes += 1
        rows[key] = after

    def _write_public(self, key: RowKey, after: bytes | None) -> None:
        if key[0] in INDEXED:
            self._index(PUBLIC, key, self.public(key), after)
        if key[0] in STANDING:
            self.standing_writes += 1
        self.public_rows[key] = after

    def _index(
        self, owner: OwnerKey, key: RowKey, before: bytes | None, after: bytes | None
    ) -> None:
        changed = Indexes()
        changed.replace(owner, key, None, before)
        for name in changed.unique:
            self._unique[name] = None
            self._added.unique.pop(name, None)
        for item in changed.due:
            at = bisect_left(self._added.due, item)
            if at < len(self._added.due) and self._added.due[at] == item:
                self._added.due.pop(at)
            else:
                self._gone.add(item)
        self._added.replace(owner, key, None, after)

    def _reseed(self, owner: OwnerKey, seed: Seed) -> None:
        self.seeds[owner] = seed
        self._running_of(owner).commitment = Hash(seed_commitment(seed))

    def _record(self, owner: OwnerKey, movement: Movement, raw: bytes) -> None:
        running = self._running_of(owner)
        running.record(movement, raw)
        self.movements.setdefault(owner, []).append(raw)


def _merged(keys: list[RowKey], rows: dict[RowKey, bytes | None], tag: int) -> list[RowKey]:
    added = [key for key, row in rows.items() if key[0] == tag and row is not None]
    return sorted([key for key in keys if key not in rows] + added)
