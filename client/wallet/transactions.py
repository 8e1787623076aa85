"""Making signed transactions from messages."""

import os
from typing import Any

from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.wire.envelope import Payload, open_frame, payload_bytes, seal, signed_structure
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.schema import Hash, Nonce, PublicKey, Signature, schema_of


def transaction(
    key: SigningKey, chain_id: str, message: Any, valid_until: int, nonce: bytes | None = None
) -> bytes:
    """A message signed for a chain, valid up to a height; the 16 random bytes are the machine's."""
    body = schema_of(type(message)).to_items(message)
    payload = payload_bytes(
        Payload(
            chain_id,
            NUMBERS[type(message)],
            Height(valid_until),
            Nonce(os.urandom(16) if nonce is None else nonce),
            body,
        )
    )
    public_key = PublicKey(key.public_key)
    signature = Signature(key.sign(signed_structure(public_key, payload)))
    return seal(public_key, payload, signature)


def act_id_of(signed: bytes) -> Hash:
    """The id of a signed transaction."""
    return open_frame(signed).act_id
