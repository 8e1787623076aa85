"""Which serials of one type and vintage rest where: ranges that never overlap.  (RB 4.3)

The firsts are kept in sorted pieces of some hundreds, so that a million ranges cost little more to
change than a few.
"""

from bisect import bisect_left, bisect_right, insort
from typing import Final

MOST_IN_PIECE: Final = 1_024


class OverlapError(ValueError):
    """A serial would be in two places."""


class SerialMap:
    """Ranges by their first serial."""

    def __init__(self, most_in_piece: int = MOST_IN_PIECE) -> None:
        self._most_in_piece = most_in_piece
        self._pieces: list[list[int]] = [[]]
        self._heads: list[int] = [0]
        """For each piece the least serial that belongs in it; no piece is empty but an only one."""
        self._lasts: dict[int, int] = {}
        self.tonnes = 0
        """Serials in all ranges."""

    @property
    def greatest(self) -> int:
        """The greatest serial in any range, 0 if there is none."""
        return self._lasts[self._pieces[-1][-1]] if self._lasts else 0

    def add(self, first: int, last: int) -> None:
        """Put a range; raises OverlapError where one of its serials is in another."""
        number = self._piece_of(first)
        piece = self._pieces[number]
        at = bisect_left(piece, first)
        after = self._after(number, at, last)
        if not self._before(number, at) < first <= last < after:
            raise OverlapError(f"{first} to {last}")
        insort(piece, first)
        if len(piece) > self._most_in_piece:
            self._split(number)
        self._lasts[first] = last
        self.tonnes += last - first + 1

    def remove(self, first: int, last: int) -> None:
        """Take a range away that was put."""
        number = self._piece_of(first)
        piece = self._pieces[number]
        piece.pop(bisect_left(piece, first))
        if not piece and len(self._pieces) > 1:
            self._drop(number)
        self._lasts.pop(first)
        self.tonnes -= last - first + 1

    def _piece_of(self, first: int) -> int:
        return max(bisect_right(self._heads, first) - 1, 0)

    def _before(self, number: int, at: int) -> int:
        """The last serial of the range before a place."""
        if at:
            return self._lasts[self._pieces[number][at - 1]]
        return self._lasts[self._pieces[number - 1][-1]] if number else 0

    def _after(self, number: int, at: int, last: int) -> int:
        """The first serial of the range after a place; one beyond the last where there is none."""
        if at < len(self._pieces[number]):
            return self._pieces[number][at]
        following = number + 1
        return self._pieces[following][0] if following < len(self._pieces) else last + 1

    def _split(self, number: int) -> None:
        piece = self._pieces[number]
        half = len(piece) // 2
        self._pieces[number : number + 1] = [piece[:half], piece[half:]]
        self._heads.insert(number + 1, piece[half])

    def _drop(self, number: int) -> None:
        self._pieces.pop(number)
        self._heads.pop(number)
        self._heads[0] = 0
