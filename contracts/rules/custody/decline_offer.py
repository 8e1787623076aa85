"""A buyer declines an offer.  (ours)"""

from cfi.contracts.state.changes import Changes
from cfi.contracts.state.offers import end_offer, offer_behind, offer_made_to, offer_told
from cfi.contracts.state.rows.trades import Ending
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.custody.decline_offer import DeclineOffer


def decline_offer(state: StateView, message: DeclineOffer, block: BlockContext) -> Changes:
    """End the offer, let its lot go, and tell the seller."""
    offer = offer_behind(state, offer_made_to(state, block, message.offer_id))
    return Changes.of(end_offer(state, offer), offer_told(state, block, offer, Ending.DECLINED))
