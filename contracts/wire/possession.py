"""A new key proves that whoever registers it holds it.  (ours 0007)"""

from typing import Final

from cfi.contracts.wire import codec, signatures
from cfi.contracts.wire.schema import PublicKey, Signature

POSSESSION_DOMAIN: Final = "cfi/pop/v1"


def possession_statement(chain_id: str, holder_id: str, user_id: str, key: PublicKey) -> bytes:
    """What a new key signs: deterministic CBOR of the array of domain, chain, holder, user, key."""
    return codec.encode([POSSESSION_DOMAIN, chain_id, holder_id, user_id, key])


def proves_possession(
    chain_id: str, holder_id: str, user_id: str, key: PublicKey, possession: Signature
) -> bool:
    """True if the key itself signed that it is this user's on this chain."""
    statement = possession_statement(chain_id, holder_id, user_id, key)
    return signatures.verify(key, statement, possession)
