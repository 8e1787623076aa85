"""Indexes over rows: unique values, and work in the order in which it falls due. Rebuilt from the
rows; no state of their own.
"""

from bisect import bisect_left, insort

from cfi.contracts.state.catalogue import INDEXED
from cfi.contracts.state.table import OwnerKey, RowKey, Table

PUBLIC = OwnerKey(b"")
"""Stands for the owner of public rows."""

DueItem = tuple[int, OwnerKey, RowKey]


class Indexes:
    """What leads to rows: kept in step with every row that is written."""

    __slots__ = ("due", "unique")

    def __init__(self) -> None:
        self.unique: dict[bytes, tuple[OwnerKey, RowKey]] = {}
        self.due: list[DueItem] = []

    def replace(
        self, owner: OwnerKey, key: RowKey, before: bytes | None, after: bytes | None
    ) -> None:
        """Follow one row from its bytes before to its bytes after."""
        table = INDEXED.get(key[0])
        if table is None:
            return
        if before is not None:
            self._forget(table, owner, key, before)
        if after is not None:
            self._remember(table, owner, key, after)

    def _forget(self, table: Table[object], owner: OwnerKey, key: RowKey, row: bytes) -> None:
        value = table.schema.read(row)
        unique, due = table.unique(value), table.due(value)
        if unique is not None:
            self.unique.pop(key[:1] + unique, None)
        if due is not None:
            self.due.pop(bisect_left(self.due, (due, owner, key)))

    def _remember(self, table: Table[object], owner: OwnerKey, key: RowKey, row: bytes) -> None:
        value = table.schema.read(row)
        unique, due = table.unique(value), table.due(value)
        if unique is not None:
            self.unique[key[:1] + unique] = (owner, key)
        if due is not None:
            insort(self.due, (due, owner, key))
