"""The published vectors of transactions are what the code writes and how it judges."""

import json
from hashlib import sha256
from typing import Any

import pytest

from cfi.contracts.transition.act import InadmissibleError, read_verified_act
from cfi.contracts.wire.envelope import open_frame
from cfi.contracts.wire.messages.catalogue import MESSAGES
from cfi.contracts.wire.receipts import decode_receipt, receipt_digest
from cfi.contracts.wire.schema import Hash
from tests.vectors import make_transactions
from tests.vectors.make_transactions import ACTS

VECTORS: dict[str, Any] = json.loads(make_transactions.FILE.read_text())


def test_the_file_is_what_the_code_writes() -> None:
    assert make_transactions.FILE.read_text() == make_transactions.written()


@pytest.mark.parametrize("number", range(len(ACTS)))
def test_a_transaction_is_read_as_it_is_published(number: int) -> None:
    vector = VECTORS["transactions"][number]
    data = bytes.fromhex(vector["transaction"])
    act, frame = read_verified_act(data), open_frame(data)
    assert (act.message, type(act.message)) == (ACTS[number], MESSAGES[vector["message_number"]])
    assert (act.chain_id, act.valid_until) == (VECTORS["chain_id"], vector["valid_until"])
    assert (frame.payload.hex(), frame.signed.hex()) == (vector["payload"], vector["signed"])
    assert act.act_id.hex() == sha256(bytes.fromhex(vector["signed"])).hexdigest() == vector["id"]


@pytest.mark.parametrize("vector", VECTORS["inadmissible"], ids=lambda vector: vector["sentence"])
def test_what_is_inadmissible_is_named(vector: dict[str, str]) -> None:
    with pytest.raises(InadmissibleError) as caught:
        read_verified_act(bytes.fromhex(vector["transaction"]))
    assert caught.value.reason.name == vector["reason"]


@pytest.mark.parametrize("number", [0, 1])
def test_a_receipt_and_its_digest(number: int) -> None:
    vector = VECTORS["receipts"][number]
    data, act_id = bytes.fromhex(vector["receipt"]), Hash(bytes.fromhex(vector["id"]))
    receipt = decode_receipt(data)
    assert (receipt.act_id, receipt.code, receipt.done) == (act_id, vector["code"], number == 0)
    assert receipt_digest(act_id, data).hex() == vector["digest"]
