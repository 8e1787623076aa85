"""Rows by key, with the keys in order: what is read from a place on costs by what is read."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping
from heapq import merge
from operator import itemgetter
from typing import Final

from cfi.contracts.state.table import RowKey

_TAG_OF: Final = itemgetter(0)


class OrderedRows:
    """Packed rows by key."""

    __slots__ = ("_keys", "_rows", "get")

    def __init__(self, rows: Mapping[RowKey, bytes] | None = None) -> None:
        self._rows = dict(rows or {})
        self._keys = sorted(self._rows)
        self.get = self._rows.get
        """The row of a key, or None."""

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: RowKey) -> bool:
        return key in self._rows

    def values(self) -> Iterator[bytes]:
        """The rows, in any order."""
        return iter(self._rows.values())

    def items(self) -> Iterator[tuple[RowKey, bytes]]:
        """Keys and rows, in key order."""
        return ((key, self._rows[key]) for key in self._keys)

    def put(self, key: RowKey, row: bytes) -> None:
        """Write a row."""
        if key not in self._rows:
            insort(self._keys, key)
        self._rows[key] = row

    def pop(self, key: RowKey) -> bytes:
        """Delete a row that is there."""
        row = self._rows.pop(key)
        del self._keys[bisect_left(self._keys, key)]
        return row

    def keys_of(self, tag: int) -> list[RowKey]:
        """The keys of one table, in order."""
        begin, end = self._ends(tag)
        return self._keys[begin:end]

    def keys_from(self, tag: int, after: RowKey | None) -> Iterator[RowKey]:
        """The keys of one table that follow a key, or all; rows may not be written meanwhile."""
        keys, (begin, end) = self._keys, self._ends(tag)
        if after is not None:
            begin = bisect_right(keys, after, begin, end)
        return (keys[place] for place in range(begin, end))

    def _ends(self, tag: int) -> tuple[int, int]:
        """Where a table's keys begin, and where they end."""
        begin = bisect_left(self._keys, tag, key=_TAG_OF)
        return begin, bisect_right(self._keys, tag, begin, key=_TAG_OF)


def in_order(keys: Iterator[RowKey], others: list[RowKey]) -> Iterator[RowKey]:
    """Keys that come in order together with some that don't, each once, in order."""
    last = None
    for key in merge(keys, sorted(others)):
        if key != last:
            yield key
        last = key
