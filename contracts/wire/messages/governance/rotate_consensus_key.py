"""Rotate a consensus key.  (ours 0025)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import PublicKey, Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateConsensusKey:
    """The Exchange lets a validator sign with another key, from the next height but one."""

    key: PublicKey
    new_key: PublicKey
    possession: Signature
    """The new key's, over chain, operator and new key."""
