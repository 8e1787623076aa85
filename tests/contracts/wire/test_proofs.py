"""Proofs of presence and absence: what shows something, and what shows nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.client.light import proofs as client
from cfi.contracts.state.outer_tree import OuterTree
from cfi.contracts.wire.merkle import EMPTY_HASH
from cfi.contracts.wire.proofs import (
    Absence,
    Existence,
    encode_absence,
    encode_existence,
    verify_membership,
    verify_non_membership,
)
from tests.reference.commitment_proof import Exist, Nonexist, batch, compressed, honest, plain, text
from tests.reference.forgeries import (
    IN_ORDER,
    ITEMS,
    TREE,
    Claim,
    absent,
    forgeries,
    framings,
    present,
)
from tests.reference.trees import bits

ROOT = TREE.root_hash
NONE = [b"\x10none %d" % n for n in range(60)]
KEY = IN_ORDER[7]
LIES = [*forgeries(), *framings()]


def holds(claim: Claim) -> bool:
    """What the verifier says of a claim."""
    if claim.value is None:
        return verify_non_membership(claim.root, claim.proof, claim.key)
    return verify_membership(claim.root, claim.proof, claim.key, claim.value)


def told(proof: Absence) -> Nonexist:
    """A true proof of absence, in the hands of the other writer."""
    left, right = (None if side is None else honest(side) for side in (proof.left, proof.right))
    return Nonexist(proof.key, left, right)


class TestTrueProofs:
    @pytest.mark.parametrize("key", ITEMS, ids=repr)
    def test_every_key_is_shown_present(self, key: bytes) -> None:
        proof = encode_existence(present(key))
        assert proof == min(plain(honest(present(key))), compressed(honest(present(key))), key=len)
        assert verify_membership(ROOT, proof, key, ITEMS[key])
        assert not verify_non_membership(ROOT, proof, key)

    @pytest.mark.parametrize("key", NONE, ids=repr)
    def test_every_other_key_is_shown_absent(self, key: bytes) -> None:
        proof = encode_absence(absent(key))
        assert proof == compressed(told(absent(key)))
        assert verify_non_membership(ROOT, proof, key)
        assert verify_non_membership(ROOT, plain(told(absent(key))), key)

    def test_absence_beyond_either_end_has_one_neighbour(self) -> None:
        sides = [(absent(key).left is None, absent(key).right is None) for key in NONE]
        assert {(True, False), (False, False), (False, True)} == set(sides)

    def test_a_long_way_past_empty_subtrees_is_written_short(self) -> None:
        twins = [key for key in (b"a%d" % n for n in range(9_000)) if bits(key)[:10] == "0" * 10]
        assert len(twins) > 1
        tree = OuterTree.EMPTY.with_changes(dict.fromkeys(twins[:2], b"value"))
        proof = tree.prove(twins[0])
        assert isinstance(proof, Existence)
        assert encode_existence(proof) == compressed(honest(proof))
        assert verify_membership(tree.root_hash, encode_existence(proof), twins[0], b"value")

    def test_a_batch_shows_each_of_its_entries(self) -> None:
        entries: list[Exist | Nonexist] = [
            honest(present(KEY)),
            told(absent(b"none")),
            honest(present(IN_ORDER[9])),
        ]
        for written in (batch(*entries), compressed(*entries)):
            assert verify_membership(ROOT, written, KEY, ITEMS[KEY])
            assert verify_membership(ROOT, written, IN_ORDER[9], ITEMS[IN_ORDER[9]])
            assert verify_non_membership(ROOT, written, b"none")
            assert not verify_membership(ROOT, written, IN_ORDER[8], ITEMS[IN_ORDER[8]])

    def test_in_a_tree_of_one_leaf_a_proof_has_no_steps(self) -> None:
        tree = OuterTree.EMPTY.with_changes({b"key": b"value"})
        proof = tree.prove(b"key")
        assert isinstance(proof, Existence)
        assert proof.siblings == ()
        assert verify_membership(tree.root_hash, encode_existence(proof), b"key", b"value")
        for other in (b"a", b"b", b"c", b"d"):
            written = encode_absence(absent(other, tree))
            assert verify_non_membership(tree.root_hash, written, other)

    def test_in_the_empty_tree_every_key_is_absent_without_proof(self) -> None:
        assert verify_non_membership(EMPTY_HASH, b"", b"key")
        assert not verify_non_membership(EMPTY_HASH, b"", b"")
        assert not verify_non_membership(EMPTY_HASH, encode_absence(absent(b"key")), b"key")
        assert not verify_membership(EMPTY_HASH, b"", b"key", b"value")

    def test_light_clients_have_the_same_verifiers(self) -> None:
        assert client.verify_membership is verify_membership
        assert client.verify_non_membership is verify_non_membership


class TestFalseProofs:
    @pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.sentence)
    def test_it_shows_nothing(self, lie: Claim) -> None:
        assert not holds(lie)

    def test_a_framing_shows_no_absence_either(self) -> None:
        assert not any(verify_non_membership(ROOT, lie.proof, b"none") for lie in framings())

    def test_any_flipped_bit_of_a_proof_of_presence_is_noticed(self) -> None:
        proof = encode_existence(present(KEY))
        for lie in flipped(proof):
            assert not verify_membership(ROOT, lie, KEY, ITEMS[KEY])

    @pytest.mark.parametrize("key", [NONE[0], NONE[1]], ids=repr)
    def test_any_flipped_bit_of_a_proof_of_absence_is_noticed(self, key: bytes) -> None:
        for lie in flipped(encode_absence(absent(key))):
            assert not verify_non_membership(ROOT, lie, key)

    @given(st.binary(max_size=200))
    def test_any_bytes_are_read_without_raising(self, data: bytes) -> None:
        for number in range(1, 5):
            for proof in (data, text(number, data), text(4, text(1, text(2, data)))):
                assert not verify_membership(ROOT, proof, KEY, ITEMS[KEY])
                assert not verify_non_membership(ROOT, proof, b"none")

    @given(st.binary(max_size=40), st.binary(max_size=40), st.binary(max_size=40))
    def test_roots_keys_and_values_may_be_any_bytes(
        self, root: bytes, key: bytes, value: bytes
    ) -> None:
        assert not verify_membership(root, encode_existence(present(KEY)), key, value)
        assert not verify_non_membership(root, encode_absence(absent(b"none")), key)


def flipped(proof: bytes) -> list[bytes]:
    """A proof with each of its bits flipped."""
    whole = int.from_bytes(proof, "big")
    return [(whole ^ 1 << bit).to_bytes(len(proof), "big") for bit in range(8 * len(proof))]
