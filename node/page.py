"""Pages of lists: how much an answer holds, so that no question keeps the ledger for long."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

R = TypeVar("R")

MOST_PUBLIC_ROWS: Final = 1_000
MOST_OWN_ROWS: Final = 256
"""Each comes with its path."""
MOST_MOVEMENTS: Final = 1_000
MOST_BLOCKS: Final = 256
PAGE_BYTES: Final = 1024 * 1024
"""A page ends with the first of its list that brings it to this."""


def page_of(rows: Iterable[R], most: int, bytes_of: Callable[[R], int]) -> tuple[list[R], bool]:
    """The first rows, at most so many and as a page has bytes for; and whether others follow. What
    isn't on the page isn't read, but for one row.
    """
    page: list[R] = []
    size = 0
    for row in rows:
        if len(page) >= most or size >= PAGE_BYTES:
            return page, True
        page.append(row)
        size += bytes_of(row)
    return page, False


def limit_in(parameters: Mapping[str, Any], most: int) -> int:
    """How many rows are asked for: the most, unless there is a smaller limit."""
    asked: int = parameters.get("limit", most)
    return min(max(asked, 1), most)
