"""Rotate a key.  (RB 5.3.3)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import PublicKey, Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateKey:
    """A user replaces one of its keys, at once."""

    old_key: PublicKey
    new_key: PublicKey
    possession: Signature
