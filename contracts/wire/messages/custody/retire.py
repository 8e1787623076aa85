"""Retire CFIs for good.  (RB 4.7, 5.3.1)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.text import AccountId, LotId, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Retire:
    """A holder's instruction to retire part or all of one lot of its own free will."""

    account_id: AccountId
    lot_id: LotId
    tonnes: Tonnes
    """Whole CFIs unless the lot is single-ton."""
    retirement_account: AccountId
    beneficiary: Text | None
    """Public."""
