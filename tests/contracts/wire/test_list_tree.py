"""RFC 6962, 2.1: the tree over a list, against its definition; and its proofs."""

from dataclasses import replace
from hashlib import sha256

import pytest

from cfi.contracts.wire.list_tree import EMPTY_ROOT, ListProof, list_root, prove_item, verify_item

LISTS = [[b"item %d" % place for place in range(length)] for length in range(20)]
FIVE = LISTS[5]
PROOF = prove_item(FIVE, 1)


def by_definition(items: list[bytes]) -> bytes:
    """The root, as the RFC says it."""
    if not items:
        return sha256(b"").digest()
    if len(items) == 1:
        return sha256(b"\x00" + items[0]).digest()
    split = 1
    while split * 2 < len(items):
        split *= 2
    return sha256(b"\x01" + by_definition(items[:split]) + by_definition(items[split:])).digest()


@pytest.mark.parametrize("items", LISTS, ids=len)
def test_the_root_is_the_definitions(items: list[bytes]) -> None:
    assert list_root(items) == by_definition(items)


@pytest.mark.parametrize("items", LISTS, ids=len)
def test_each_proof_shows_its_item_there_and_nowhere_else(items: list[bytes]) -> None:
    root = list_root(items)
    for place, item in enumerate(items):
        proof = prove_item(items, place)
        assert verify_item(root, item, proof)
        assert not any(verify_item(root, other, proof) for other in items if other != item)
        assert not any(
            verify_item(root, item, replace(proof, index=other))
            for other in range(-1, len(items) + 1)
            if other != place
        )


REFUSED = [
    #  sentence                              root               proof
    ("another root",                         EMPTY_ROOT,        PROOF),
    ("a hash too few",                       list_root(FIVE),   replace(PROOF, aunts=PROOF.aunts[:-1])),
    ("a hash too many",                      list_root(FIVE),   replace(PROOF, aunts=(*PROOF.aunts, bytes(32)))),
    ("hashes in another order",              list_root(FIVE),   replace(PROOF, aunts=PROOF.aunts[::-1])),
    ("a hash of another length",             list_root(FIVE),   replace(PROOF, aunts=(b"", *PROOF.aunts[1:]))),
    ("a list of no length",                  list_root(FIVE),   replace(PROOF, total=0)),
    ("a shorter list",                       list_root(FIVE),   replace(PROOF, total=4)),
    ("a longer list",                        list_root(FIVE),   replace(PROOF, total=9)),
    ("an empty list has no items",           EMPTY_ROOT,        ListProof(index=0, total=0, aunts=())),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "root", "proof"), REFUSED)
def test_refused(sentence: str, root: bytes, proof: ListProof) -> None:
    assert verify_item(list_root(FIVE), FIVE[1], PROOF)
    assert not verify_item(root, FIVE[1], proof)


def test_an_inner_node_is_no_item() -> None:
    inner = sha256(b"\x00" + FIVE[0]).digest() + sha256(b"\x00" + FIVE[1]).digest()
    assert not verify_item(
        list_root(FIVE), inner, ListProof(index=0, total=3, aunts=PROOF.aunts[1:])
    )


@pytest.mark.parametrize("place", [-1, 5])
def test_there_is_no_proof_of_nothing(place: int) -> None:
    with pytest.raises(IndexError):
        prove_item(FIVE, place)
