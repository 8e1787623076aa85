"""RFC 9052: one form of a signed transaction, compared byte by byte."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.transition.act import (
    Act,
    Inadmissible,
    InadmissibleError,
    read_act,
    read_unsigned,
    read_verified_act,
)
from cfi.contracts.wire.codec import encode
from cfi.contracts.wire.envelope import (
    MalformedTransactionError,
    Payload,
    open_frame,
    payload_bytes,
    read_payload,
    seal,
    signed_structure,
)
from cfi.contracts.wire.limits import MAX_TRANSACTION_BYTES
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.contracts.wire.quantities import Height, Tonnes
from cfi.contracts.wire.schema import Nonce, PublicKey, Signature, schema_of
from cfi.contracts.wire.signatures import public_key_of, sign
from cfi.contracts.wire.text import AccountId, LotId, Text

SEED = bytes(range(32))
KEY = PublicKey(public_key_of(SEED))
RETIRE = Retire(
    account_id=AccountId("company-a/1"),
    lot_id=LotId("XA-2003-0000000101"),
    tonnes=Tonnes(300),
    retirement_account=AccountId("company-a/2"),
    beneficiary=Text("für alle"),
)
BODY: list[object] = list(schema_of(Retire).to_items(RETIRE))
PAYLOAD = Payload("sim-test", NUMBERS[Retire], Height(50), Nonce(bytes(16)), BODY)
FIELDS: list[Any] = [1, "sim-test", NUMBERS[Retire], 50, bytes(16), BODY]


def signed(payload: bytes) -> bytes:
    return seal(KEY, payload, Signature(sign(SEED, signed_structure(KEY, payload))))


HONEST = signed(payload_bytes(PAYLOAD))


def understood(data: bytes) -> Act | None:
    try:
        return read_verified_act(data)
    except InadmissibleError:
        return None


def fields(**changes: Any) -> list[Any]:
    places = {
        name[1:]: int(name[:1])
        for name in ("0version", "1chain", "2number", "3until", "4nonce", "5body")
    }
    changed = list(FIELDS)
    for name, value in changes.items():
        changed[places[name]] = value
    return changed


def test_a_transaction_is_read_as_it_was_written() -> None:
    act = read_verified_act(HONEST)
    assert act == read_act(HONEST)
    assert (act.message, act.key, act.chain_id, act.valid_until) == (RETIRE, KEY, "sim-test", 50)
    assert read_payload(open_frame(HONEST).payload) == PAYLOAD


def test_the_template() -> None:
    payload = payload_bytes(PAYLOAD)
    wrapped = encode(payload)
    protected = bytes.fromhex("a201270458 20".replace(" ", "")) + KEY
    assert (
        bytes.fromhex("d2845826") + protected + b"\xa0" + wrapped + b"\x58\x40" + HONEST[-64:]
        == HONEST
    )
    assert open_frame(HONEST).signed == encode(["Signature1", protected, b"cfi/tx/v1", payload])


def test_the_id_is_of_what_is_signed_not_of_the_signature() -> None:
    other = HONEST[:-64] + bytes(64)
    assert read_act(other).act_id == read_act(HONEST).act_id
    assert read_act(other).bytes_hash != read_act(HONEST).bytes_hash


@pytest.mark.parametrize("place", range(len(HONEST)))
def test_no_byte_can_be_changed(place: int) -> None:
    for bit in (0x01, 0x80):
        assert (
            understood(HONEST[:place] + bytes([HONEST[place] ^ bit]) + HONEST[place + 1 :]) is None
        )


@given(st.integers(0, len(HONEST)), st.integers(0, len(HONEST)), st.binary(max_size=4))
def test_nothing_can_be_put_in_or_taken_out(first: int, second: int, middle: bytes) -> None:
    start, end = sorted((first, second))
    data = HONEST[:start] + middle + HONEST[end:]
    assert (understood(data) is not None) is (data == HONEST)


@given(st.binary(max_size=400))
def test_other_bytes_are_no_transaction(data: bytes) -> None:
    with pytest.raises(InadmissibleError) as caught:
        read_act(data)
    assert caught.value.reason is Inadmissible.MALFORMED


@pytest.mark.parametrize("length", [0, 1, 23, 24, 255, 256, 65_000])
def test_payloads_of_every_length_are_framed(length: int) -> None:
    payload = bytes(length)
    frame = open_frame(signed(payload))
    assert (frame.payload, frame.key) == (payload, KEY)
    assert frame.signed == signed_structure(KEY, payload)


@pytest.mark.parametrize(
    ("sentence", "wrapped"),
    [
        ("no payload", b""),
        ("a length in a byte that needs none", b"\x58\x17" + bytes(23)),
        ("a length in two bytes that needs one", b"\x59\x00\x18" + bytes(24)),
        ("a length in four bytes that needs two", b"\x5a\x00\x00\x01\x00" + bytes(256)),
        ("a length in eight bytes", b"\x5b\x00\x00\x00\x00\x00\x00\x00\x01\x00"),
        ("indefinite length", b"\x5f\x41\x00\xff"),
        ("a byte too few", b"\x43\x00\x00"),
        ("text", b"\x61a"),
        ("null, a detached payload", b"\xf6"),
    ],
)
def test_the_payload_is_one_byte_string(sentence: str, wrapped: bytes) -> None:
    data = HONEST[: 4 + 2 + 36] + b"\xa0" + wrapped + HONEST[-66:]
    with pytest.raises(MalformedTransactionError):
        open_frame(data)


def test_a_transaction_has_at_most_65536_bytes() -> None:
    longest = signed(bytes(MAX_TRANSACTION_BYTES - 112))
    assert len(longest) == MAX_TRANSACTION_BYTES
    assert len(open_frame(longest).payload) == MAX_TRANSACTION_BYTES - 112
    with pytest.raises(MalformedTransactionError, match="longer than 65,536 bytes"):
        open_frame(signed(bytes(MAX_TRANSACTION_BYTES - 111)))


@pytest.mark.parametrize(
    ("sentence", "changed", "said"),
    [
        ("a field too few", FIELDS[:-1], "6 fields"),
        ("a field too many", [*FIELDS, None], "6 fields"),
        ("a map", {}, "6 fields"),
        ("another version", fields(version=2), "version"),
        ("true for a version", fields(version=True), "version"),
        ("no chain", fields(chain=""), "chain id"),
        ("a chain id of 51 characters", fields(chain="a" * 51), "chain id"),
        ("bytes for a chain id", fields(chain=b"sim-test"), "chain id"),
        ("text for a number", fields(number="302"), "message number"),
        ("a height below zero", fields(until=-1), "last valid height"),
        ("a height beyond its range", fields(until=2**62 + 1), "last valid height"),
        ("true for a height", fields(until=True), "last valid height"),
        ("15 random bytes", fields(nonce=bytes(15)), "16 random bytes"),
        ("text for random bytes", fields(nonce="a" * 16), "16 random bytes"),
        ("a map for a body", fields(body={}), "no body"),
    ],
)
def test_a_payload_has_its_fields(sentence: str, changed: object, said: str) -> None:
    with pytest.raises(MalformedTransactionError, match=said):
        read_payload(encode(changed))


@pytest.mark.parametrize("payload", [b"", b"\x86", b"\x9f\xff", b"\x98\x06" + encode(FIELDS)[1:]])
def test_a_payload_is_deterministic(payload: bytes) -> None:
    with pytest.raises(MalformedTransactionError):
        read_payload(payload)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (fields(number=9_999), "no message has number 9999"),
        (fields(number=-1), "no message has number -1"),
        (fields(body=BODY[:-1]), "not an array of 5 fields"),
        (fields(body=[*BODY[:2], -1, *BODY[3:]]), "Retire.tonnes"),
        (fields(version=2), "an unknown version"),
    ],
)
def test_what_no_message_says_is_malformed(changed: list[Any], said: str) -> None:
    with pytest.raises(InadmissibleError, match=said) as caught:
        read_act(signed(encode(changed)))
    assert caught.value.reason is Inadmissible.MALFORMED


def test_a_bad_signature_is_told_apart() -> None:
    with pytest.raises(InadmissibleError) as caught:
        read_verified_act(HONEST[:-64] + bytes(64))
    assert caught.value.reason is Inadmissible.BAD_SIGNATURE


def test_another_key_cannot_take_over_a_signature() -> None:
    payload = payload_bytes(PAYLOAD)
    other = PublicKey(public_key_of(bytes(32)))
    assert understood(seal(other, payload, Signature(HONEST[-64:]))) is None


def test_an_act_is_the_same_before_it_is_signed() -> None:
    payload = payload_bytes(PAYLOAD)
    unsigned, act = read_unsigned(KEY, payload), read_act(HONEST)
    assert (unsigned.act_id, unsigned.message) == (act.act_id, act.message)
    with pytest.raises(InadmissibleError):
        read_unsigned(KEY, payload[1:])
