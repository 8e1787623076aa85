"""A seller takes back an offer that nobody accepted.  (ours)"""

from cfi.contracts.state.changes import Changes
from cfi.contracts.state.offers import end_offer, own_offer
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.custody.withdraw_offer import WithdrawOffer


def withdraw_offer(state: StateView, message: WithdrawOffer, block: BlockContext) -> Changes:
    """End the offer and let its lot go."""
    return end_offer(state, own_offer(state, block, message.offer_id))
