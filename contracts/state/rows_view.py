"""Reading rows: what committed state and an overlay share, and typed tables over it.

Decoded rows are remembered by their bytes: they are values, so nobody can tell.
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from cfi.contracts.state.table import OwnedTable, OwnerKey, PublicTable, RowKey

R = TypeVar("R")


class Rows(Protocol):
    """Rows as bytes."""

    def owned(self, owner: OwnerKey, key: RowKey) -> bytes | None:
        """A row of an owner."""

    def owned_keys(self, owner: OwnerKey, tag: int) -> list[RowKey]:
        """The keys of an owner's rows in one table, in order."""

    def row_count(self, owner: OwnerKey) -> int:
        """How many rows an owner has, 0 if there is no such owner."""

    def owners(self, kind: bytes) -> list[OwnerKey]:
        """All accounts or all holders, in order."""

    def public(self, key: RowKey) -> bytes | None:
        """A public row."""

    def public_keys(self, tag: int) -> list[RowKey]:
        """The keys of a public table, in order."""

    def find(self, tag: int, value: bytes) -> tuple[OwnerKey, RowKey] | None:
        """The row of a table that has this unique value."""

    def due_items(self) -> Iterator[tuple[int, OwnerKey, RowKey]]:
        """All work that will fall due, the earliest first."""


class OwnerRows(Generic[R]):
    """One owner's rows of one table."""

    __slots__ = ("_owner", "_rows", "_table")

    def __init__(self, rows: Rows, table: OwnedTable[R], owner: OwnerKey) -> None:
        self._rows = rows
        self._table = table
        self._owner = owner

    def get(self, key: str | bytes) -> R | None:
        """The row with this key, or None."""
        raw = self._rows.owned(
            self._owner, self._table.row_key(key.encode() if isinstance(key, str) else key)
        )
        return None if raw is None else self._table.schema.recall(raw)

    def keys(self) -> list[bytes]:
        """The keys, in order."""
        return [key[1:] for key in self._rows.owned_keys(self._owner, self._table.tag)]

    def all(self) -> Iterator[R]:
        """The rows, in key order."""
        for key in self._rows.owned_keys(self._owner, self._table.tag):
            raw = self._rows.owned(self._owner, key)
            assert raw is not None, "a listed key has a row"
            yield self._table.schema.recall(raw)


class OwnedView(Generic[R]):
    """A table of hidden rows."""

    __slots__ = ("_rows", "_table")

    def __init__(self, rows: Rows, table: OwnedTable[R]) -> None:
        self._rows = rows
        self._table = table

    def of(self, owner_id: str) -> OwnerRows[R]:
        """The rows of one owner; none if there is no such owner."""
        return OwnerRows(self._rows, self._table, self._table.owner_of(owner_id))


class SingleView(Generic[R]):
    """A table with one row an owner."""

    __slots__ = ("_key", "_read", "_rows", "_table")

    def __init__(self, rows: Rows, table: OwnedTable[R]) -> None:
        self._rows = rows
        self._table = table
        self._key = table.row_key(b"")
        self._read = table.schema.recall

    def get(self, owner_id: str) -> R | None:
        """The owner's row, or None if there is no such owner."""
        raw = self._rows.owned(self._table.owner_of(owner_id), self._key)
        return None if raw is None else self._read(raw)


class KeyedView(OwnedView[R]):
    """A table of hidden rows that can be found by a unique value."""

    __slots__ = ()

    def place(self, value: bytes) -> OwnerKey | None:
        """The owner of the row that has this unique value, or None."""
        place = self._rows.find(self._table.tag, value)
        return None if place is None else place[0]

    def find(self, value: bytes) -> tuple[OwnerKey, R] | None:
        """The owner and the row that has this unique value, or None."""
        place = self._rows.find(self._table.tag, value)
        if place is None:
            return None
        raw = self._rows.owned(*place)
        assert raw is not None, "an index leads to a row"
        return place[0], self._table.schema.recall(raw)


class PublicView(Generic[R]):
    """A public table."""

    __slots__ = ("_read", "_rows", "_table")

    def __init__(self, rows: Rows, table: PublicTable[R]) -> None:
        self._rows = rows
        self._table = table
        self._read = table.schema.recall

    def get(self, key: bytes) -> R | None:
        """The row with this key, or None."""
        raw = self._rows.public(self._table.row_key(key))
        return None if raw is None else self._read(raw)

    def latest(self, key: bytes) -> R | None:
        """The row with the greatest key that isn't above this one, or None."""
        keys = self._rows.public_keys(self._table.tag)
        place = bisect_right(keys, self._table.row_key(key))
        return self.get(keys[place - 1][1:]) if place else None

    def all(self) -> Iterator[R]:
        """The rows, in key order."""
        for key in self._rows.public_keys(self._table.tag):
            raw = self._rows.public(key)
            assert raw is not None, "a listed key has a row"
            yield self._read(raw)
