"""Move CFIs between accounts of one holder.  (RB 5.3.5)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.text import AccountId, LotId


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLot:
    """A holder's instruction to move part or all of one lot to another account of its own."""

    source: AccountId
    lot_id: LotId
    tonnes: Tonnes
    """Whole CFIs unless the lot is single-ton."""
    target: AccountId
