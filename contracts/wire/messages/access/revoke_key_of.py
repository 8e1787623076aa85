"""Revoke a holder's key.  (RB 2.6.1)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import PublicKey
from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeKeyOf:
    """The Exchange revokes a key of any holder, at once."""

    holder_id: HolderId
    key: PublicKey
