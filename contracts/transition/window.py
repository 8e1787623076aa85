"""The acts of the last heights, so that none is decided twice."""

from collections import deque

from cfi.contracts.wire.limits import REPLAY_WINDOW_HEIGHTS
from cfi.contracts.wire.schema import Hash


class Window:
    """Ids by height. An act valid at most 300 heights ahead can't come back after 300 heights."""

    __slots__ = ("_heights", "_ids")

    def __init__(self) -> None:
        self._ids: dict[Hash, None] = {}
        self._heights: deque[tuple[int, tuple[Hash, ...]]] = deque()

    def __contains__(self, act_id: Hash) -> bool:
        return act_id in self._ids

    def add(self, height: int, ids: tuple[Hash, ...]) -> list[int]:
        """Take in a height's acts; returns the heights that left the window."""
        if ids:
            self._heights.append((height, ids))
            self._ids.update(dict.fromkeys(ids))
        left = []
        while self._heights and self._heights[0][0] + REPLAY_WINDOW_HEIGHTS < height:
            passed, gone = self._heights.popleft()
            for act_id in gone:
                del self._ids[act_id]
            left.append(passed)
        return left

    def take_back(self, height: int) -> None:
        """Forget a height that was not committed. Heights that left the window when it came can't
        be duplicates any more.
        """
        while self._heights and self._heights[-1][0] >= height:
            for act_id in self._heights.pop()[1]:
                del self._ids[act_id]

    def heights(self) -> list[tuple[int, tuple[Hash, ...]]]:
        """What the window holds, oldest first."""
        return list(self._heights)
