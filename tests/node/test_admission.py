"""Admission receipts: the node's word that it took an act, and nobody else's."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import cbor2
import pytest

from cfi.contracts.wire.list_tree import ListProof
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.signatures import public_key_of
from cfi.node.admission import Admission, AdmissionBook, is_genuine, read_admission

CHAIN = "sim-test"
SEED = sha256(b"the node").digest()
OTHER_SEED = sha256(b"another node").digest()
IDS = [Hash(sha256(b"%d" % number).digest()) for number in range(5)]
STRANGER = Hash(sha256(b"never admitted").digest())
AT = 1_041_379_200_123


def receipts(count: int = 5, seed: bytes = SEED) -> list[Admission]:
    """A batch's receipts, read."""
    return [read_admission(data) for data in AdmissionBook(CHAIN, seed).admit(IDS[:count], AT)]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_each_act_of_a_batch_has_its_own_receipt(count: int) -> None:
    for number, told in enumerate(receipts(count)):
        assert told.act_id == IDS[number]
        assert told.at_ms == AT
        assert told.sequence == number + 1
        assert is_genuine(told, CHAIN, public_key_of(SEED))


def test_a_receipt_names_no_other_act() -> None:
    data = AdmissionBook(CHAIN, SEED).admit(IDS, AT)[0]
    assert data.count(IDS[0]) == 1
    assert not any(data.count(other) for other in IDS[2:])


def test_the_sequence_goes_on() -> None:
    book = AdmissionBook(CHAIN, SEED)
    book.admit(IDS[:3], AT)
    (told,) = map(read_admission, book.admit(IDS[3:4], AT + 1))
    assert (told.first_sequence, told.sequence) == (4, 4)
    assert is_genuine(told, CHAIN, book.public_key)


GOOD = receipts()[1]
FORGERIES: list[tuple[str, dict[str, Any]]] = [
    # sentence                                  a good receipt, changed
    ("for an act that was never admitted",      {"act_id": STRANGER}),
    ("for another act of the batch",            {"act_id": IDS[2]}),
    ("with another place",                      {"proof": replace(GOOD.proof, index=2)}),
    ("with another count",                      {"proof": replace(GOOD.proof, total=6)}),
    ("with a place outside of the batch",       {"proof": replace(GOOD.proof, index=5)}),
    ("with a path that leads elsewhere",        {"proof": replace(GOOD.proof, aunts=(bytes(32),) * 3)}),
    ("with no path",                            {"proof": ListProof(index=1, total=5, aunts=())}),
    ("of another time",                         {"at_ms": AT - 1}),
    ("with another sequence",                   {"first_sequence": 2}),
    ("over a root of its own",                  {"root": STRANGER, "proof": ListProof(index=0, total=1, aunts=())}),
    ("signed by nobody",                        {"signature": bytes(64)}),
    ("in another node's name",                  {"node_key": public_key_of(OTHER_SEED)}),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "change"), FORGERIES, ids=[row[0] for row in FORGERIES])
def test_a_forged_receipt_is_not_genuine(sentence: str, change: dict[str, Any]) -> None:
    assert is_genuine(GOOD, CHAIN, public_key_of(SEED))
    assert not is_genuine(replace(GOOD, **change), CHAIN, public_key_of(SEED))


def test_a_receipt_of_another_chain_or_node_is_not_genuine() -> None:
    assert not is_genuine(GOOD, "sim-other", public_key_of(SEED))
    assert not is_genuine(receipts(seed=OTHER_SEED)[1], CHAIN, public_key_of(SEED))


@pytest.mark.parametrize(
    "data", [b"", b"\xff", cbor2.dumps(1), cbor2.dumps([1, 2]), cbor2.dumps([0] * 9)]
)
def test_other_bytes_are_no_receipt(data: bytes) -> None:
    with pytest.raises(ValueError, match="no admission receipt"):
        read_admission(data)
