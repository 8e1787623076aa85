"""RB 4.3: no serial is in two places; compared with a set of serials."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.client.audit.serial_map import OverlapError, SerialMap

RANGES = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 6)), max_size=30)


@given(RANGES, st.sampled_from([1, 2, 1_024]))
def test_holds_what_a_set_of_serials_would(ranges: list[tuple[int, int]], most: int) -> None:
    serials: set[int] = set()
    held: list[tuple[int, int]] = []
    under_test = SerialMap(most)
    for first, tonnes in ranges:
        wanted, last = set(range(first, first + tonnes)), first + tonnes - 1
        if wanted & serials:
            with pytest.raises(OverlapError):
                under_test.add(first, last)
            under_test.remove(*held[0])
            serials -= set(range(held[0][0], held[0][1] + 1))
            held.pop(0)
        else:
            under_test.add(first, last)
            held.append((first, last))
            serials |= wanted
        assert (under_test.tonnes, under_test.greatest) == (len(serials), max(serials, default=0))


@pytest.mark.parametrize(("first", "last"), [(0, 5), (3, 2), (-1, 1)])
def test_a_range_that_is_none_is_not_put(first: int, last: int) -> None:
    with pytest.raises(OverlapError):
        SerialMap().add(first, last)
