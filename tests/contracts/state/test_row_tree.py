"""Row trees against their definition; rows that are shown; what hides them."""

from dataclasses import replace
from hashlib import blake2b
from itertools import pairwise, product
from operator import itemgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.state.row_tree import (
    ZERO,
    Blinder,
    RowProof,
    RowTree,
    decode_row_proof,
    encode_row_proof,
    owner_leaf_key,
    owner_leaf_value,
    row_blinding,
    row_leaf,
    seed_commitment,
    verify_row,
)
from cfi.contracts.wire.codec import CodecError, encode
from tests.reference.trees import h, rows_depth, rows_path, rows_root

SEED = bytes(range(32))
LEAVES = st.sampled_from([ZERO, h(b"a"), h(b"b")])
SLOTS = st.integers(0, 5) | st.integers(0, 40)
FREED = SLOTS.map(lambda first: dict.fromkeys(range(first, 41), ZERO))
BLOCKS = st.lists(st.dictionaries(SLOTS, LEAVES, max_size=6) | FREED, max_size=6)


def check(tree: RowTree, leaves: dict[int, bytes]) -> None:
    assert (tree.depth, tree.root) == (rows_depth(leaves), rows_root(leaves))
    for slot in (0, 2**tree.depth - 1, 2**tree.depth // 3):
        assert tree.path(slot) == rows_path(leaves, slot)


class TestTheRoot:
    def test_no_row_is_the_zero_root(self) -> None:
        assert (RowTree().root, RowTree().depth) == (ZERO, 0)

    def test_row_0_alone_is_the_root(self) -> None:
        tree = RowTree()
        tree.set_leaves({0: h(b"a")})
        assert (tree.root, tree.depth) == (h(b"a"), 0)

    def test_a_free_pair_is_zero_and_not_a_hash_of_zeros(self) -> None:
        tree = RowTree()
        tree.set_leaves({0: h(b"a"), 3: h(b"b")})
        assert tree.root == h(b"\x01", h(b"\x01", h(b"a"), ZERO), h(b"\x01", ZERO, h(b"b")))
        tree.set_leaves({0: ZERO})
        assert tree.root == h(b"\x01", ZERO, h(b"\x01", ZERO, h(b"b")))

    def test_room_that_was_asked_for_goes_when_nothing_takes_it(self) -> None:
        tree = RowTree(5)
        assert (tree.depth, tree.root) == (5, ZERO)
        tree.set_leaves({0: h(b"a")})
        check(tree, {0: h(b"a")})

    def test_every_change_of_six_slots_is_as_defined_and_can_be_undone(self) -> None:
        for before, after in product(product((ZERO, h(b"a")), repeat=6), repeat=2):
            tree = RowTree()
            tree.set_leaves(dict(enumerate(before)))
            undo = tree.set_leaves(dict(enumerate(after)))
            assert tree.root == rows_root(dict(enumerate(after)))
            tree.undo(undo)
            assert tree.root == rows_root(dict(enumerate(before)))

    def test_an_owner_has_at_most_8192_rows(self) -> None:
        tree = RowTree()
        tree.set_leaves({8191: h(b"a")})
        assert tree.depth == 13
        with pytest.raises(AssertionError, match="a cap of rows"):
            tree.set_leaves({8192: h(b"a")})

    def test_a_slot_beyond_the_tree_has_no_path(self) -> None:
        with pytest.raises(AssertionError, match="the slot is in the tree"):
            RowTree().path(1)


class TestHeights:
    @given(BLOCKS)
    def test_every_height_is_as_defined_and_stays_provable(
        self, blocks: list[dict[int, bytes]]
    ) -> None:
        tree, leaves = RowTree(), dict[int, bytes]()
        states, undos = [leaves], []
        for changes in blocks:
            undos.append(tree.set_leaves(changes))
            leaves = leaves | changes
            states.append(leaves)
            check(tree, leaves)
        for height, held in enumerate(states):
            for slot in range(2 ** rows_depth(held)):
                assert tree.path_at(slot, undos[height:]) == rows_path(held, slot)

    def test_a_tree_that_has_shrunk_stays_provable_as_it_was(self) -> None:
        tree, held = RowTree(), {0: h(b"a"), 5: h(b"b")}
        tree.set_leaves(held)
        undo = tree.set_leaves({5: ZERO})
        assert tree.depth == 0
        for slot in range(8):
            assert tree.path_at(slot, [undo]) == rows_path(held, slot)

    @given(BLOCKS)
    def test_every_change_can_be_undone(self, blocks: list[dict[int, bytes]]) -> None:
        tree, leaves = RowTree(), dict[int, bytes]()
        done = []
        for changes in blocks:
            done.append((leaves, tree.set_leaves(changes)))
            leaves = leaves | changes
        for held, undo in reversed(done):
            tree.undo(undo)
            check(tree, held)

    @given(st.dictionaries(SLOTS, LEAVES))
    def test_a_tree_follows_from_its_slots_alone(self, leaves: dict[int, bytes]) -> None:
        tree = RowTree()
        for slot, leaf in leaves.items():
            tree.set_leaves({slot: leaf})
        check(tree, leaves)


class TestWhatHidesARow:
    def test_the_blinding_is_keyed_blake2b_of_slot_and_height(self) -> None:
        data = b"row" + (5).to_bytes(4, "big") + (9).to_bytes(8, "big")
        blinding = blake2b(data, key=SEED, digest_size=32).digest()
        assert row_blinding(Blinder(SEED), 5, 9) == blinding
        assert row_leaf(Blinder(SEED), 5, 9, b"a row") == h(b"\x00", blinding, b"a row")

    def test_a_blinder_hides_any_number_of_rows(self) -> None:
        blinder = Blinder(SEED)
        assert blinder.blind(b"a") == blinder.blind(b"a") != blinder.blind(b"b")

    def test_seeds_slots_and_heights_hide_the_same_row_differently(self) -> None:
        same = [
            (Blinder(seed), slot, at) for seed in (SEED, ZERO) for slot in (0, 1) for at in (1, 2)
        ]
        leaves = sorted(row_leaf(*one, b"a row") for one in same)
        assert all(left != right for left, right in pairwise(leaves))

    def test_an_owners_leaf_is_found_with_its_seed_only(self) -> None:
        blinded = blake2b(b"leafAcompany-a/1", key=SEED, digest_size=32).digest()
        assert owner_leaf_key(0x02, Blinder(SEED), b"Acompany-a/1") == b"\x02" + blinded

    def test_an_owners_leaf_holds_depth_and_root(self) -> None:
        assert owner_leaf_value(3, h(b"a")) == b"\x03" + h(b"a")

    def test_row_0_commits_to_the_seed(self) -> None:
        assert seed_commitment(SEED) == h(b"\x02", SEED)

    def test_a_seed_has_32_bytes(self) -> None:
        with pytest.raises(AssertionError, match="32 bytes"):
            Blinder(b"short")


ROWS = [b"row %d" % n for n in range(5)]
BLINDER = Blinder(SEED)


def shown(slot: int) -> tuple[bytes, bytes, RowProof]:
    """An owner's value of five rows, and one of them with its blinding and its proof."""
    tree = RowTree()
    tree.set_leaves({n: row_leaf(BLINDER, n, 7, row) for n, row in enumerate(ROWS)})
    proof = RowProof(slot=slot, written_at=7, row=ROWS[slot], siblings=tuple(tree.path(slot)))
    return owner_leaf_value(tree.depth, tree.root), row_blinding(BLINDER, slot, 7), proof


VALUE, BLINDING, PROOF = shown(2)
REFUSED = [
    #  sentence                                value                 blinding                      proof
    ("another row",                            VALUE,                BLINDING,                     replace(PROOF, row=b"row 3")),
    ("another slot",                           VALUE,                BLINDING,                     replace(PROOF, slot=3)),
    ("a slot beyond the tree",                 VALUE,                BLINDING,                     replace(PROOF, slot=10)),
    ("another blinding",                       VALUE,                row_blinding(BLINDER, 2, 8),  PROOF),
    ("row bytes moved into the blinding",      VALUE,                BLINDING + b"r",              replace(PROOF, row=b"ow 2")),
    ("blinding bytes moved into the row",      VALUE,                BLINDING[:-1],                replace(PROOF, row=BLINDING[-1:] + b"row 2")),
    ("a sibling less",                         VALUE,                BLINDING,                     replace(PROOF, siblings=PROOF.siblings[:-1])),
    ("a sibling more",                         VALUE,                BLINDING,                     replace(PROOF, siblings=(*PROOF.siblings, ZERO))),
    ("another sibling",                        VALUE,                BLINDING,                     replace(PROOF, siblings=(ZERO, *PROOF.siblings[1:]))),
    ("another depth",                          b"\x02" + VALUE[1:],  BLINDING,                     PROOF),
    ("another root",                           b"\x03" + h(b"a"),    BLINDING,                     PROOF),
    ("a cut value",                            VALUE[:-1],           BLINDING,                     PROOF),
    ("an empty value",                         b"",                  BLINDING,                     PROOF),
]  # fmt: skip


class TestAShownRow:
    @pytest.mark.parametrize("slot", range(5))
    def test_it_is_verified_against_the_owners_leaf(self, slot: int) -> None:
        value, blinding, proof = shown(slot)
        assert verify_row(value, blinding, proof)
        assert proof.depth == 3
        assert decode_row_proof(encode_row_proof(proof)) == proof

    def test_a_row_that_is_alone_needs_no_sibling(self) -> None:
        value = owner_leaf_value(0, row_leaf(BLINDER, 0, 1, b"alone"))
        proof = RowProof(slot=0, written_at=1, row=b"alone", siblings=())
        assert verify_row(value, row_blinding(BLINDER, 0, 1), proof)

    @pytest.mark.parametrize(
        ("sentence", "value", "blinding", "proof"), REFUSED, ids=map(itemgetter(0), REFUSED)
    )
    def test_refused(self, sentence: str, value: bytes, blinding: bytes, proof: RowProof) -> None:
        assert verify_row(VALUE, BLINDING, PROOF)
        assert not verify_row(value, blinding, proof)


UNREADABLE = [
    ("no array", encode(1)),
    ("three items", encode([1, 2, b"row"])),
    ("five items", encode([1, 2, b"row", b"", 0])),
    ("a slot that is text", encode(["1", 2, b"row", b""])),
    ("a height that is true", encode([1, True, b"row", b""])),
    ("a slot below 0", encode([-1, 2, b"row", b""])),
    ("a slot of 8192", encode([8192, 2, b"row", b""])),
    ("a height below 0", encode([1, -2, b"row", b""])),
    ("a row that is text", encode([1, 2, "row", b""])),
    ("siblings that are an array", encode([1, 2, b"row", []])),
    ("a cut sibling", encode([1, 2, b"row", bytes(31)])),
    ("14 siblings", encode([1, 2, b"row", bytes(14 * 32)])),
    ("bytes after the end", encode([1, 2, b"row", b""]) + b"\x00"),
    ("no bytes", b""),
]


@pytest.mark.parametrize(("sentence", "data"), UNREADABLE, ids=map(itemgetter(0), UNREADABLE))
def test_what_is_no_proof_of_a_row(sentence: str, data: bytes) -> None:
    with pytest.raises(CodecError):
        decode_row_proof(data)
