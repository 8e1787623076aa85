"""An offer that nobody accepted in time ends; its lot is let go and the seller told.  (RB 5.3.5)"""

from cfi.contracts.state.changes import Changes
from cfi.contracts.state.offers import end_offer, offer_told
from cfi.contracts.state.rows.trades import Ending, Offer
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext


def expire_offer(state: StateView, offer: Offer, block: BlockContext) -> Changes:
    """End the offer."""
    return Changes.of(end_offer(state, offer), offer_told(state, block, offer, Ending.EXPIRED))
