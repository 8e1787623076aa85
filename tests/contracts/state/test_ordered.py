"""Rows in key order, against plain dicts that are sorted whenever they are asked."""

from random import Random

import pytest

from cfi.contracts.state.ordered import OrderedRows, in_order
from cfi.contracts.state.table import RowKey

TAGS = (0, 1, 2, 0x7F, 0xFE, 0xFF)


def random_key(random: Random) -> RowKey:
    tag = random.choice(TAGS)
    return RowKey(bytes((tag,)) + random.choice((b"", b"\x00", b"a", b"ab", b"b", b"\xff", b"\xff\xff")))


def plainly(rows: dict[RowKey, bytes], tag: int, after: RowKey | None = None) -> list[RowKey]:
    return sorted(key for key in rows if key[0] == tag and (after is None or key > after))


@pytest.mark.parametrize("number", range(5))
def test_they_read_as_a_dict_that_is_sorted(number: int) -> None:
    random = Random(number)
    plain = {random_key(random): b"first" for _ in range(random.randrange(9))}
    ordered = OrderedRows(plain)
    for step in range(200):
        key = random_key(random)
        if key in plain and random.random() < 0.5:
            assert ordered.pop(key) == plain.pop(key)
        else:
            plain[key] = b"%d" % step
            ordered.put(key, plain[key])
        assert list(ordered.items()) == sorted(plain.items())
        assert sorted(ordered.values()) == sorted(plain.values())
        assert (len(ordered), key in ordered) == (len(plain), key in plain)
        asked = random_key(random)
        assert (ordered.get(asked), asked in ordered) == (plain.get(asked), asked in plain)
        for tag in TAGS:
            assert ordered.keys_of(tag) == plainly(plain, tag)
            assert list(ordered.keys_from(tag, None)) == plainly(plain, tag)
            assert list(ordered.keys_from(tag, asked)) == plainly(plain, tag, asked)


def test_what_is_not_there_is_not_deleted() -> None:
    with pytest.raises(KeyError):
        OrderedRows().pop(RowKey(b"\x01none"))


def test_keys_of_two_lists_come_once_and_in_order() -> None:
    standing = [RowKey(each) for each in (b"a", b"c", b"d")]
    others = [RowKey(each) for each in (b"d", b"b", b"d", b"e", b"a")]
    assert list(in_order(iter(standing), others)) == [b"a", b"b", b"c", b"d", b"e"]
