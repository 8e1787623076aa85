"""Replace a lost key.  (ours)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import PublicKey, Signature
from cfi.contracts.wire.text import HolderId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceKey:
    """The Exchange gives a user a new key for a lost one; the lost one is revoked."""

    holder_id: HolderId
    user_id: UserId
    lost_key: PublicKey
    new_key: PublicKey
    possession: Signature
