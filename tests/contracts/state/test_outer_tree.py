"""The outer tree against its definition."""

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.state.outer_tree import OuterTree
from cfi.contracts.wire.proofs import (
    Absence,
    Existence,
    encode_absence,
    encode_existence,
    verify_membership,
    verify_non_membership,
)
from tests.reference.trees import ZERO, bits, h, outer_neighbours, outer_root, outer_siblings

KEYS = st.integers(0, 40).map(lambda n: b"key %d" % n)
VALUES = st.integers(0, 3).map(lambda n: b"value %d" % n)
BLOCKS = st.lists(st.dictionaries(KEYS, st.none() | VALUES), max_size=6)
FEW = [b"key %d" % n for n in range(6)]


def tree_of(items: dict[bytes, bytes]) -> OuterTree:
    return OuterTree.EMPTY.with_changes(items)


def check(tree: OuterTree, items: dict[bytes, bytes], keys: list[bytes]) -> None:
    """Everything that can be asked of a tree is as defined."""
    assert tree.root_hash == outer_root(items)
    for key in keys:
        proof = tree.prove(key)
        assert tree.get(key) == items.get(key)
        if key in items:
            assert isinstance(proof, Existence)
            assert (proof.key, proof.value) == (key, items[key])
            assert list(proof.siblings) == outer_siblings(items, key)
            assert verify_membership(tree.root_hash, encode_existence(proof), key, items[key])
            continue
        assert isinstance(proof, Absence)
        assert (proof.left and proof.left.key, proof.right and proof.right.key) == outer_neighbours(
            items, key
        )
        written = encode_absence(proof) if items else b""
        assert verify_non_membership(tree.root_hash, written, key)


class TestTheRoot:
    def test_the_empty_tree_has_the_zero_root(self) -> None:
        assert OuterTree.EMPTY.root_hash == ZERO

    def test_a_leaf_that_is_alone_is_the_root(self) -> None:
        assert tree_of({b"key": b"value"}).root_hash == h(b"\x00", h(b"key"), h(b"value"))

    def test_two_leaves_that_part_at_once_stand_below_the_root(self) -> None:
        left, right = b"key 0", b"key 4"
        assert (bits(left)[0], bits(right)[0]) == ("0", "1")
        leaves = [h(b"\x00", h(key), h(b"v")) for key in (left, right)]
        assert tree_of({left: b"v", right: b"v"}).root_hash == h(b"\x01", *leaves)

    @pytest.mark.parametrize("taken", range(7))
    def test_every_small_tree_is_as_defined(self, taken: int) -> None:
        for keys in combinations(FEW, taken):
            items = {key: b"v" + key for key in keys}
            check(tree_of(items), items, FEW)

    def test_every_small_change_is_as_defined(self) -> None:
        keys = FEW[:4]
        for before, after in product(
            product((None, b"1"), repeat=4), product((None, b"1", b"2"), repeat=4)
        ):
            items = {key: value for key, value in zip(keys, before, strict=True) if value}
            changed = {key: value for key, value in zip(keys, after, strict=True) if value}
            tree = tree_of(items).with_changes(dict(zip(keys, after, strict=True)))
            assert tree.root_hash == outer_root(changed)

    def test_keys_that_part_late_are_as_defined(self) -> None:
        first = next(n for n in range(3000) if bits(b"a%d" % n)[:10] == "0" * 10)
        second = next(n for n in range(first + 1, 9000) if bits(b"a%d" % n)[:10] == "0" * 10)
        items = {b"a%d" % first: b"1", b"a%d" % second: b"2", b"key 0": b"3"}
        check(tree_of(items), items, [*items, *FEW])
        without = tree_of(items).with_changes({b"a%d" % first: None})
        items.pop(b"a%d" % first)
        check(without, items, [*items, *FEW])


class TestBlocks:
    @given(BLOCKS)
    def test_blocks_of_changes_are_as_defined_and_old_trees_stay(
        self, blocks: list[dict[bytes, bytes | None]]
    ) -> None:
        tree, items = OuterTree.EMPTY, dict[bytes, bytes]()
        heights = [(tree, items)]
        for changes in blocks:
            tree = tree.with_changes(changes)
            items = {key: value for key, value in (items | changes).items() if value is not None}
            heights.append((tree, items))
        for old, held in heights:
            check(old, held, [*list(held)[:4], b"key 1", b"none"])

    @given(st.dictionaries(KEYS, VALUES))
    def test_a_tree_follows_from_what_it_holds(self, items: dict[bytes, bytes]) -> None:
        one_by_one = OuterTree.EMPTY
        for key, value in reversed(items.items()):
            one_by_one = one_by_one.with_changes({key: value})
        assert one_by_one.root_hash == tree_of(items).root_hash

    def test_no_change_changes_nothing(self) -> None:
        tree = tree_of({b"key": b"value"})
        assert tree.with_changes({}).root_hash == tree.root_hash
        assert tree.with_changes({b"none": None}).root_hash == tree.root_hash

    @pytest.mark.parametrize("changes", [{b"": b"value"}, {b"key": b""}], ids=["key", "value"])
    def test_neither_key_nor_value_is_empty(self, changes: dict[bytes, bytes | None]) -> None:
        with pytest.raises(AssertionError, match="never empty"):
            OuterTree.EMPTY.with_changes(changes)
