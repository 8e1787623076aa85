"""Making signed transactions from messages."""

import os
from typing import Any

from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.wire.envelope import Payload, open_frame, payload_bytes, seal, signed_structure
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.schema import Hash, Nonce, PublicKey, Signature, schema_of


def unsigned_payload(
    chain_id: str, message: Any, valid_until: int, nonce: bytes | None = None
) -> bytes:
    """What is signed: a message for a chain, valid up to a height, with 16 random bytes."""
    body = list(schema_of(type(message)).to_items(message))
    return payload_bytes(
        Payload(
            chain_id,
            NUMBERS[type(message)],
            Height(valid_until),
            Nonce(os.urandom(16) if nonce is None else nonce),
            body,
        )
    )


def transaction(
    key: SigningKey, chain_id: str, message: Any, valid_until: int, nonce: bytes | None = None
) -> bytes:
    """A signed message; the 16 random bytes are the machine's unless given."""
    payload = unsigned_payload(chain_id, message, valid_until, nonce)
    public_key = PublicKey(key.public_key)
    signature = Signature(key.sign(signed_structure(public_key, payload)))
    return seal(public_key, payload, signature)


def act_id_of(signed: bytes) -> Hash:
    """The id of a signed transaction."""
    return open_frame(signed).act_id
