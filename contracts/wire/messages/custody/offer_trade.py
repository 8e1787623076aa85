"""Offer CFIs to one buyer at a price.  (RB 5.3.5, 5.8)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import CentsPerTonne, Instant, Tonnes
from cfi.contracts.wire.text import AccountId, HolderId, LotId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTrade:
    """A seller's offer, held open until it is accepted, declined, withdrawn or expires."""

    account_id: AccountId
    lot_id: LotId
    tonnes: Tonnes
    """Whole CFIs unless the lot is single-ton; taken from the lot's tail."""
    buyer: HolderId
    price: CentsPerTonne
    expires_at: Instant
