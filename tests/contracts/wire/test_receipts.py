"""Receipts: what is written, what is read, and the digest in the block's results."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.wire.codec import CodecError, encode
from cfi.contracts.wire.quantities import Count, Height, SmallCode
from cfi.contracts.wire.receipts import (
    DONE,
    Receipt,
    decode_receipt,
    encode_receipt,
    receipt_digest,
)
from cfi.contracts.wire.refusal import Fact, Refusal, RefusedError, require
from cfi.contracts.wire.schema import Hash

ID = Hash(bytes(32))
RECEIPT = Receipt(
    act_id=ID,
    height=Height(21),
    index=Count(2),
    message_number=SmallCode(301),
    code=SmallCode(303),
    section="RB 5.3.1",
    facts=(("asked", 300), ("held", 200)),
)
ITEMS: list[Any] = [1, ID, 21, 2, 301, 303, "RB 5.3.1", [["asked", 300], ["held", 200]]]
FACTS = st.lists(
    st.tuples(
        st.text(max_size=9),
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text() | st.binary(),
    ),
    max_size=4,
)


def with_item(place: int, item: object) -> list[Any]:
    return [*ITEMS[:place], item, *ITEMS[place + 1 :]]


def test_a_receipt_is_an_array_of_eight() -> None:
    assert encode_receipt(RECEIPT) == encode(ITEMS)
    assert decode_receipt(encode(ITEMS)) == RECEIPT


@given(FACTS)
def test_facts_of_every_kind_come_back(facts: list[tuple[str, Fact]]) -> None:
    receipt = replace(RECEIPT, facts=tuple(facts))
    assert decode_receipt(encode_receipt(receipt)) == receipt


def test_code_0_is_done() -> None:
    assert replace(RECEIPT, code=DONE).done
    assert not RECEIPT.done


@pytest.mark.parametrize(
    ("sentence", "items"),
    [
        ("no array", {}),
        ("a field too few", ITEMS[:-1]),
        ("another version", with_item(0, 2)),
        ("text for an id", with_item(1, "id")),
        ("text for a height", with_item(2, "21")),
        ("true for a place", with_item(3, True)),
        ("null for a code", with_item(5, None)),
        ("bytes for a section", with_item(6, b"RB")),
        ("a map of facts", with_item(7, {"asked": 300})),
        ("a fact that is no pair", with_item(7, ["asked"])),
        ("a fact without a value", with_item(7, [["asked"]])),
        ("a fact whose name is a number", with_item(7, [[1, 300]])),
    ],
)
def test_what_is_no_receipt(sentence: str, items: object) -> None:
    with pytest.raises(CodecError):
        decode_receipt(encode(items))


def test_the_digest_binds_the_act_and_the_receipt() -> None:
    data = encode_receipt(RECEIPT)
    assert receipt_digest(ID, data) == sha256(b"cfi/receipt/v1" + ID + data).digest()
    other = encode_receipt(replace(RECEIPT, code=DONE))
    assert receipt_digest(ID, other) != receipt_digest(ID, data)
    assert receipt_digest(Hash(b"\x01" * 32), data) != receipt_digest(ID, data)


def test_a_refusal_tells_code_section_and_facts() -> None:
    require(1, Refusal.UNKNOWN_LOT, "RB 5.3.1")
    with pytest.raises(RefusedError, match=r"UNKNOWN_LOT \(RB 5.3.1\) .*'lot_id': 'x'") as caught:
        require(None, Refusal.UNKNOWN_LOT, "RB 5.3.1", lot_id="x")
    refused = caught.value
    assert (refused.refusal, refused.section, refused.facts) == (
        Refusal.UNKNOWN_LOT,
        "RB 5.3.1",
        {"lot_id": "x"},
    )
