"""A new key proves that whoever registers it holds it.  (ours 0007)"""

from typing import Final

from cfi.contracts.wire import codec, signatures
from cfi.contracts.wire.schema import NodeId, PublicKey, Signature

POSSESSION_DOMAIN: Final = "cfi/pop/v1"
CONSENSUS_DOMAIN: Final = "cfi/consensus-pop/v1"
ADMISSION_DOMAIN: Final = "cfi/admission-pop/v1"


def possession_statement(chain_id: str, holder_id: str, user_id: str, key: PublicKey) -> bytes:
    """What a new key signs: deterministic CBOR of the array of domain, chain, holder, user, key."""
    return codec.encode([POSSESSION_DOMAIN, chain_id, holder_id, user_id, key])


def proves_possession(
    chain_id: str, holder_id: str, user_id: str, key: PublicKey, possession: Signature
) -> bool:
    """True if the key itself signed that it is this user's on this chain."""
    statement = possession_statement(chain_id, holder_id, user_id, key)
    return signatures.verify(key, statement, possession)


def consensus_statement(chain_id: str, operator: str, key: PublicKey) -> bytes:
    """What a validator's key signs: deterministic CBOR of the array of domain, chain, operator,
    key. No vote encodes to it.
    """
    return codec.encode([CONSENSUS_DOMAIN, chain_id, operator, key])


def proves_consensus_key(
    chain_id: str, operator: str, key: PublicKey, possession: Signature
) -> bool:
    """True if the validator's key itself signed that this operator has it on this chain."""
    return signatures.verify(key, consensus_statement(chain_id, operator, key), possession)


def admission_statement(chain_id: str, node_id: NodeId, key: PublicKey) -> bytes:
    """What a node's admission key signs: deterministic CBOR of the array of domain, chain, node,
    key. No batch of receipts encodes to it.
    """
    return codec.encode([ADMISSION_DOMAIN, chain_id, node_id, key])


def proves_admission_key(
    chain_id: str, node_id: NodeId, key: PublicKey, possession: Signature
) -> bool:
    """True if the admission key itself signed that this node has it on this chain."""
    return signatures.verify(key, admission_statement(chain_id, node_id, key), possession)
