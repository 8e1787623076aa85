"""Which serials of one type and vintage rest where: ranges that never overlap.  (RB 4.3)"""

from bisect import bisect_left, insort


class OverlapError(ValueError):
    """A serial would be in two places."""


class SerialMap:
    """Ranges by their first serial."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: dict[int, int] = {}
        self.tonnes = 0
        """Serials in all ranges."""

    @property
    def greatest(self) -> int:
        """The greatest serial in any range, 0 if there is none."""
        return self._lasts[self._firsts[-1]] if self._firsts else 0

    def add(self, first: int, last: int) -> None:
        """Put a range; raises OverlapError where one of its serials is in another."""
        at = bisect_left(self._firsts, first)
        before = self._lasts[self._firsts[at - 1]] if at else 0
        after = self._firsts[at] if at < len(self._firsts) else last + 1
        if not before < first <= last < after:
            raise OverlapError(f"{first} to {last}")
        insort(self._firsts, first)
        self._lasts[first] = last
        self.tonnes += last - first + 1

    def remove(self, first: int, last: int) -> None:
        """Take a range away that was put."""
        self._firsts.pop(bisect_left(self._firsts, first))
        self._lasts.pop(first)
        self.tonnes -= last - first + 1
