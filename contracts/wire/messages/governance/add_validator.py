"""Add a validator.  (ours 0025)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.schema import PublicKey, Signature
from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddValidator:
    """The Exchange lets a holder's validator sign, from the next height but one."""

    key: PublicKey
    """Its consensus key."""
    operator: HolderId
    power: Count
    possession: Signature
    """The consensus key's, over chain, operator and key."""
