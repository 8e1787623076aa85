"""A transfer whose delay has passed is delivered, and one that nobody approved in time ends.
(RB 5.3.5)
"""

from cfi.contracts.state.changes import Changes
from cfi.contracts.state.deliveries import give_back, hand_over, no_longer_waits
from cfi.contracts.state.rows.trades import Delivery, Ending
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext


def deliver_transfer(state: StateView, delivery: Delivery, block: BlockContext) -> Changes:
    """Hand the lot over, or give it back."""
    if delivery.needs_approval:
        ended = give_back(state, block, delivery, Ending.NOT_APPROVED)
    else:
        ended = hand_over(state, block, delivery)
    return Changes.of(no_longer_waits(delivery), ended)
