"""Admission receipts: a node's word that it took an act, and nobody else's."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import cbor2
import pytest

from cfi.contracts.wire.admission import (
    MAX_RECEIPT_BYTES,
    Admission,
    Batch,
    admission_receipts,
    is_genuine,
    read_admission,
)
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.schema import Data, Hash, schema_of
from cfi.contracts.wire.signatures import public_key_of, sign

SEED = sha256(b"the node").digest()
OTHER_SEED = sha256(b"another node").digest()
IDS = [Hash(sha256(b"%d" % number).digest()) for number in range(5)]
ACTS = [(act_id, 100 + number) for number, act_id in enumerate(IDS)]
STRANGER = Hash(sha256(b"never admitted").digest())
BATCH = Batch(
    chain_id="sim-test",
    run=bytes(range(16)),
    height=40,
    at_ms=1_041_379_200_123,
    first_sequence=7,
)


def receipts(count: int = 5, seed: bytes = SEED) -> list[Admission]:
    """A batch's receipts, read."""
    return [read_admission(data) for data in admission_receipts(seed, BATCH, ACTS[:count])]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_each_act_of_a_batch_has_its_own_receipt(count: int) -> None:
    for number, told in enumerate(receipts(count)):
        assert (told.act_id, told.valid_until) == ACTS[number]
        assert (told.chain_id, told.run, told.height) == ("sim-test", BATCH.run, 40)
        assert (told.at_ms, told.sequence) == (BATCH.at_ms, 7 + number)
        assert told.node_key == public_key_of(SEED)
        assert is_genuine(told)


def test_a_receipt_names_no_other_act() -> None:
    data = admission_receipts(SEED, BATCH, ACTS)[0]
    assert data.count(IDS[0]) == 1
    assert not any(data.count(other) for other in IDS[2:])


def test_it_has_one_encoding() -> None:
    for data in admission_receipts(SEED, BATCH, ACTS):
        assert schema_of(Admission).encode(read_admission(data)) == data


def test_what_is_signed_is_a_deterministic_array() -> None:
    told = receipts()[1]
    numbers = [told.height, told.at_ms, told.first_sequence, told.total]
    statement = ["cfi/admission/v1", "sim-test", BATCH.run, *numbers, told.root]
    assert sign(SEED, cbor2.dumps(statement)) == told.signature


GOOD = receipts()[1]
FORGERIES: list[tuple[str, dict[str, Any]]] = [
    # sentence                                  a good receipt, changed
    ("for an act that was never admitted",      {"act_id": STRANGER}),
    ("for another act of the batch",            {"act_id": IDS[2]}),
    ("valid for longer",                        {"valid_until": GOOD.valid_until + 1}),
    ("with another place",                      {"index": 2}),
    ("with another count",                      {"total": 6}),
    ("with a place outside of the batch",       {"index": 5}),
    ("with a path that leads elsewhere",        {"path": Data(bytes(96))}),
    ("with a path that is cut off",             {"path": Data(GOOD.path[:-1])}),
    ("with no path",                            {"path": Data(b"")}),
    ("of another chain",                        {"chain_id": "sim-other"}),
    ("of another run",                          {"run": bytes(16)}),
    ("after another height",                    {"height": 39}),
    ("of another time",                         {"at_ms": BATCH.at_ms - 1}),
    ("with another sequence",                   {"first_sequence": 2}),
    ("over a root of its own",                  {"root": STRANGER, "index": 0, "total": 1, "path": Data(b"")}),
    ("signed by nobody",                        {"signature": bytes(64)}),
    ("in another node's name",                  {"node_key": public_key_of(OTHER_SEED)}),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "change"), FORGERIES, ids=[row[0] for row in FORGERIES])
def test_a_forged_receipt_is_not_genuine(sentence: str, change: dict[str, Any]) -> None:
    assert is_genuine(GOOD)
    assert not is_genuine(replace(GOOD, **change))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        cbor2.dumps(1),
        cbor2.dumps([1, 2]),
        cbor2.dumps([0] * 13),
        bytes(MAX_RECEIPT_BYTES + 1),
        admission_receipts(SEED, BATCH, ACTS)[0] + b"\x00",
    ],
)
def test_other_bytes_are_no_receipt(data: bytes) -> None:
    with pytest.raises(CodecError):
        read_admission(data)
