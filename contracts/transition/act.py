"""A transaction understood: decoded once, verified once, then asked whether it is admissible."""

from dataclasses import dataclass
from enum import IntEnum, unique
from hashlib import sha256
from typing import Any, Final

from cfi.contracts.wire import envelope, signatures
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.messages.catalogue import MESSAGES
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.schema import Hash, PublicKey, Signature, schema_of
from cfi.contracts.wire.values import maker_of


@unique
class Inadmissible(IntEnum):
    """Why a transaction never enters a block. Codes are never reused."""

    MALFORMED = 10_001
    OTHER_CHAIN = 10_002
    BAD_SIGNATURE = 10_003
    EXPIRED = 10_004
    TOO_FAR_AHEAD = 10_005
    DUPLICATE = 10_006
    NO_LIVE_KEY = 10_007


class InadmissibleError(Exception):
    """A transaction that may not enter a block."""

    def __init__(self, reason: Inadmissible, detail: str) -> None:
        super().__init__(f"{reason.name}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Act:
    """One signed act."""

    act_id: Hash
    bytes_hash: Hash
    """SHA-256 of all its bytes, signature included: what a remembered verification is filed under.
    """
    key: PublicKey
    chain_id: str
    valid_until: Height
    message_number: int
    message: Any


_ACT: Final = maker_of(Act)
Parts = list[Any]
"""An act as plain values that any process can hand to another: its fields in their order, the
message as the array that its body is.
"""


def act_of(parts: Parts) -> Act:
    """An act from what `read_verified_parts` gave, which is believed; the parts are used up."""
    act_id, bytes_hash, key, chain_id, valid_until, number, body = parts
    message = schema_of(MESSAGES[number]).of_stored(body)
    return _ACT(act_id, bytes_hash, key, chain_id, valid_until, number, message)


def read_act(data: bytes) -> Act:
    """Decode a transaction without verifying its signature; raises InadmissibleError."""
    return _understood(data, _framed(data))


def read_verified_act(data: bytes) -> Act:
    """Decode a transaction and verify its signature; raises InadmissibleError."""
    frame = _framed(data)
    act = _understood(data, frame)
    _verify(frame)
    return act


def read_verified_parts(data: bytes) -> Parts:
    """The same, taken apart."""
    frame = _framed(data)
    payload, _ = _payload_of(frame)
    _verify(frame)
    return [
        frame.act_id,
        sha256(data).digest(),
        frame.key,
        payload.chain_id,
        payload.valid_until,
        payload.message_number,
        tuple(payload.body),
    ]


def read_unsigned(key: PublicKey, payload: bytes) -> Act:
    """An act from its payload alone, for a dry run that changes nothing; raises
    InadmissibleError.
    """
    frame = envelope.Frame(
        key, Signature(bytes(64)), envelope.signed_structure(key, payload), payload
    )
    return _understood(payload, frame)


def _framed(data: bytes) -> envelope.Frame:
    try:
        return envelope.open_frame(data)
    except envelope.MalformedTransactionError as error:
        raise InadmissibleError(Inadmissible.MALFORMED, str(error)) from None


def _verify(frame: envelope.Frame) -> None:
    if not signatures.verify(frame.key, frame.signed, frame.signature):
        raise InadmissibleError(
            Inadmissible.BAD_SIGNATURE, "the signature doesn't verify under the strict rule"
        )


def _understood(data: bytes, frame: envelope.Frame) -> Act:
    payload, message = _payload_of(frame)
    return _ACT(
        frame.act_id,
        Hash(sha256(data).digest()),
        frame.key,
        payload.chain_id,
        payload.valid_until,
        payload.message_number,
        message,
    )


def _payload_of(frame: envelope.Frame) -> tuple[envelope.Payload, Any]:
    """The payload and the message that its body is."""
    try:
        payload = envelope.read_payload(frame.payload)
        message_type = MESSAGES.get(payload.message_number)
        if message_type is None:
            raise InadmissibleError(
                Inadmissible.MALFORMED, f"no message has number {payload.message_number}"
            )
        return payload, schema_of(message_type).from_items(payload.body)
    except (envelope.MalformedTransactionError, CodecError) as error:
        raise InadmissibleError(Inadmissible.MALFORMED, str(error)) from None
