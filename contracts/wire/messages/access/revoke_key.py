"""Revoke a key.  (RB 5.3.3)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeKey:
    """A user revokes a key of its own, or its administrator a key of the holder's."""

    key: PublicKey
