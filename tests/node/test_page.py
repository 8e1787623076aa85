"""What a page of a list holds, and that the rest of the list isn't read for it."""

from collections.abc import Iterator

import pytest

from cfi.node.page import PAGE_BYTES, limit_in, page_of

SOME = [b"a", b"bb", b"ccc"]


@pytest.mark.parametrize(
    ("sentence", "most", "page", "more"),
    [
        ("fewer than there are", 2, SOME[:2], True),
        ("as many as there are", 3, SOME, False),
        ("more than there are", 4, SOME, False),
    ],
)
def test_a_page_has_at_most_so_many_rows(
    sentence: str, most: int, page: list[bytes], more: bool
) -> None:
    assert page_of(SOME, most, len) == (page, more), sentence


def test_it_ends_with_the_row_that_brings_it_to_its_bytes() -> None:
    half = bytes(PAGE_BYTES // 2)
    assert page_of([half, half, half], 9, len) == ([half, half], True)
    assert page_of([half, half], 9, len) == ([half, half], False)
    big = bytes(2 * PAGE_BYTES)
    assert page_of([big, b"a"], 9, len) == ([big], True)


def test_of_nothing_there_is_an_empty_page() -> None:
    assert page_of([], 9, len) == ([], False)


def test_one_row_more_is_read_and_no_further() -> None:
    read: list[int] = []

    def endless() -> Iterator[int]:
        while True:
            read.append(len(read))
            yield read[-1]

    page, more = page_of(endless(), 5, lambda _: 1)
    assert (page, more, len(read)) == ([0, 1, 2, 3, 4], True, 6)


@pytest.mark.parametrize(("asked", "limit"), [(None, 9), (9, 9), (10, 9), (1, 1), (0, 1), (-3, 1)])
def test_a_limit_is_bounded(asked: int | None, limit: int) -> None:
    assert limit_in({} if asked is None else {"limit": asked}, 9) == limit
