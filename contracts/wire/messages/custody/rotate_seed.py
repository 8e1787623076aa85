"""Blind an account or a holder's own records anew.  (ours)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import Seed
from cfi.contracts.wire.text import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateSeed:
    """A holder's instruction to replace what blinds its rows."""

    account_id: AccountId | None
    """Null for the holder's own records."""
    seed: Seed
    """Chosen by the holder."""
