"""The signed transaction: COSE_Sign1 over a deterministic CBOR array.  (RFC 9052)

The frame is a fixed template, compared and not parsed: tag 18, a protected header of algorithm
EdDSA and the signer's raw key as `kid`, an
empty unprotected map, the payload, the signature. The payload is the array of version, chain id,
message number, last valid height,
16 random bytes, body.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import cbor2

from cfi.contracts.wire import codec
from cfi.contracts.wire.limits import MAX_CHAIN_ID_CHARACTERS, MAX_TRANSACTION_BYTES
from cfi.contracts.wire.quantities import RANGES, Height
from cfi.contracts.wire.schema import Hash, Nonce, PublicKey, Signature

EXTERNAL_AAD: Final = b"cfi/tx/v1"
VERSION: Final = 1

_FRAME: Final = bytes.fromhex("d284 5826 a201270458 20".replace(" ", ""))
_KEY_AT: Final = len(_FRAME)
_KEY_END: Final = _KEY_AT + 32
_PROTECTED_AT: Final = 4
_SIGNATURE_HEAD: Final = bytes.fromhex("5840")
_SIGNATURE_BYTES: Final = 66
_SIGNED_HEAD: Final = b"\x84\x6aSignature1\x58\x26"
_SIGNED_MIDDLE: Final = bytes([0x40 + len(EXTERNAL_AAD)]) + EXTERNAL_AAD
_PAYLOAD_FIELDS: Final = 6
_GREATEST_HEIGHT: Final = RANGES[Height][1]


class MalformedTransactionError(ValueError):
    """The bytes are no transaction: inadmissible."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A transaction taken apart but not yet understood."""

    key: PublicKey
    signature: Signature
    signed: bytes
    """The structure that the signature covers."""
    payload: bytes

    @property
    def act_id(self) -> Hash:
        """The transaction's identity: SHA-256 of the signed structure, so one act has one id."""
        return Hash(sha256(self.signed).digest())


@dataclass(frozen=True, slots=True)
class Payload:
    """What a transaction says."""

    chain_id: str
    message_number: int
    valid_until: Height
    nonce: Nonce
    body: list[object]


def open_frame(data: bytes) -> Frame:
    """Take a transaction's bytes apart; raises MalformedTransactionError."""
    if len(data) > MAX_TRANSACTION_BYTES:
        raise MalformedTransactionError("longer than 65,536 bytes")
    if (
        data[:_KEY_AT] != _FRAME
        or data[_KEY_END : _KEY_END + 1] != b"\xa0"
        or data[-_SIGNATURE_BYTES:-64] != _SIGNATURE_HEAD
    ):
        raise MalformedTransactionError("not a COSE_Sign1 of our template")
    wrapped = data[_KEY_END + 1 : -_SIGNATURE_BYTES]
    payload = _unwrapped(wrapped)
    signed = b"".join((_SIGNED_HEAD, data[_PROTECTED_AT:_KEY_END], _SIGNED_MIDDLE, wrapped))
    return Frame(PublicKey(data[_KEY_AT:_KEY_END]), Signature(data[-64:]), signed, payload)


def read_payload(payload: bytes) -> Payload:
    """The payload's fields, the body still an array; raises MalformedTransactionError."""
    try:
        value = codec.parse(payload)
    except codec.CodecError as error:
        raise MalformedTransactionError(str(error)) from error
    if type(value) is not list or len(value) != _PAYLOAD_FIELDS:
        raise MalformedTransactionError("not an array of 6 fields")
    version, chain_id, number, valid_until, nonce, body = value
    told = tuple(body) if type(body) is list else body  # a tuple is written in half the time
    if cbor2.dumps((version, chain_id, number, valid_until, nonce, told)) != payload:
        raise MalformedTransactionError("not deterministic CBOR")
    if version != VERSION or type(version) is not int:
        raise MalformedTransactionError("an unknown version")
    if type(chain_id) is not str or not 0 < len(chain_id) <= MAX_CHAIN_ID_CHARACTERS:
        raise MalformedTransactionError("no chain id")
    if (
        type(number) is not int
        or type(valid_until) is not int
        or not 0 <= valid_until <= _GREATEST_HEIGHT
    ):
        raise MalformedTransactionError("no message number or last valid height")
    if type(nonce) is not bytes or len(nonce) != 16 or type(body) is not list:
        raise MalformedTransactionError("no 16 random bytes or no body")
    return Payload(chain_id, number, Height(valid_until), Nonce(nonce), body)


def payload_bytes(payload: Payload) -> bytes:
    """The bytes of a payload that is to be signed."""
    return codec.encode(
        [
            VERSION,
            payload.chain_id,
            payload.message_number,
            payload.valid_until,
            payload.nonce,
            payload.body,
        ]
    )


def signed_structure(key: PublicKey, payload: bytes) -> bytes:
    """What a signer of this key signs for a payload."""
    return b"".join((_SIGNED_HEAD, _FRAME[_PROTECTED_AT:], key, _SIGNED_MIDDLE, _wrapped(payload)))


def seal(key: PublicKey, payload: bytes, signature: Signature) -> bytes:
    """The transaction's bytes from its parts."""
    return b"".join((_FRAME, key, b"\xa0", _wrapped(payload), _SIGNATURE_HEAD, signature))


def _wrapped(payload: bytes) -> bytes:
    return cbor2.dumps(payload)


def _unwrapped(wrapped: bytes) -> bytes:
    """The content of the one byte string that these bytes are, its length in the shortest form."""
    for width, least, head in ((0, 0, 0x40), (1, 24, 0x58), (2, 256, 0x59), (4, 65_536, 0x5A)):
        content = wrapped[1 + width :]
        if width == 0:
            if len(wrapped) and wrapped[0] == head + len(content) and len(content) < 24:
                return content
        elif (
            wrapped[:1] == bytes([head])
            and int.from_bytes(wrapped[1 : 1 + width], "big") == len(content) >= least
        ):
            return content
    raise MalformedTransactionError("the payload is no byte string in its shortest form")
