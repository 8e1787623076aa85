"""A receipt with its two proofs: what verifies, what is claimed only, and what contradicts."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from cfi.client.light.receipt import NO_RESULT, NotProvedError, ShownAct, check_act
from cfi.client.wallet.transactions import act_id_of
from cfi.contracts.wire.blocks import (
    TransactionResult,
    data_hash,
    encode_result,
    prove_result,
    prove_transaction,
    results_hash,
)
from cfi.contracts.wire.headers import Header
from cfi.contracts.wire.quantities import Count, Height, SmallCode
from cfi.contracts.wire.receipts import Receipt, encode_receipt, receipt_digest
from cfi.contracts.wire.schema import Hash
from tests.chains import block_id, header
from tests.node.chain import transfer

ONE = {1: 10}
ACTS = [transfer(1), transfer(2), transfer(3)]
PLACE = 1
ACT_ID = act_id_of(ACTS[PLACE])


def receipt(act: bytes, index: int, code: int) -> Receipt:
    return Receipt(
        act_id=act_id_of(act),
        height=Height(3),
        index=Count(index),
        message_number=SmallCode(1),
        code=SmallCode(code),
        section="RB 5.3.1" if code else "",
        facts=(),
    )


RECEIPTS = [receipt(act, index, code=index) for index, act in enumerate(ACTS)]
RESULTS = [
    TransactionResult(
        code=min(each.code, 1),
        data=receipt_digest(each.act_id, encode_receipt(each)),
        gas_wanted=2,
        gas_used=2,
    )
    for each in RECEIPTS
]
BLOCK: Header = replace(header(3, ONE, ONE), data_hash=data_hash(ACTS))
NEXT: Header = replace(header(4, ONE, ONE, block_id(BLOCK)), last_results_hash=results_hash(RESULTS))


def shown(place: int = PLACE, **changes: Any) -> ShownAct:
    told = ShownAct(
        height=3,
        transaction=ACTS[place],
        receipt=encode_receipt(RECEIPTS[place]),
        in_block=prove_transaction(ACTS, place),
        result=encode_result(RESULTS[place]),
        in_results=prove_result(RESULTS, place),
    )
    return replace(told, **changes)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_both_proofs_verify_a_receipt(place: int) -> None:
    checked = check_act(shown(place), act_id_of(ACTS[place]), BLOCK, NEXT)
    assert checked.verified
    assert checked.receipt == RECEIPTS[place]
    assert checked.standing == "verified here at height 3"


def test_without_the_results_proof_it_is_claimed() -> None:
    checked = check_act(shown(result=None), ACT_ID, BLOCK, NEXT)
    assert not checked.verified
    assert checked.standing == f"claimed: {NO_RESULT}"


def _other_result(**changes: Any) -> bytes:
    return encode_result(replace(RESULTS[PLACE], **changes))


def _moved(proof: Any) -> Any:
    return replace(proof, aunts=tuple(sha256(each).digest() for each in proof.aunts))


CONTRADICTIONS: list[tuple[str, Callable[[], ShownAct], str]] = [
    #  sentence                             what is shown                                                        fault
    ("no act",                              lambda: shown(transaction=b"none"),                                   "can't be read"),
    ("no receipt",                          lambda: shown(receipt=b"none"),                                       "can't be read"),
    ("no result",                           lambda: shown(result=b"\x00"),                                        "can't be read"),
    ("another act",                         lambda: shown(0),                                                     "another act"),
    ("another act's receipt",               lambda: shown(receipt=encode_receipt(RECEIPTS[0])),                   "another act"),
    ("a receipt of another height",         lambda: shown(receipt=encode_receipt(replace(RECEIPTS[1], height=Height(4)))), "another place"),
    ("a receipt of another place",          lambda: shown(receipt=encode_receipt(replace(RECEIPTS[1], index=Count(0)))),   "another place"),
    ("a path that leads elsewhere",         lambda: shown(in_block=_moved(prove_transaction(ACTS, PLACE))),       "not in that block"),
    ("a receipt that was changed",          lambda: shown(receipt=encode_receipt(replace(RECEIPTS[1], section="RB 4.3"))), "another receipt"),
    ("a result with another code",          lambda: shown(result=_other_result(code=0)),                          "another outcome"),
    ("a result with other work units",      lambda: shown(result=_other_result(gas_used=3)),                      "not under the next header"),
    ("a result's path that leads elsewhere", lambda: shown(in_results=_moved(prove_result(RESULTS, PLACE))),      "not under the next header"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "make", "fault"), CONTRADICTIONS)
def test_what_contradicts_is_named(sentence: str, make: Callable[[], ShownAct], fault: str) -> None:
    with pytest.raises(NotProvedError, match=fault):
        check_act(make(), Hash(ACT_ID), BLOCK, NEXT)
