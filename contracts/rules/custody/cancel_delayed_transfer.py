"""A sender stops its transfer during the delay; both parties are told.  (ours)"""

from cfi.contracts.state.changes import Changes
from cfi.contracts.state.deliveries import give_back, no_longer_waits, own_delivery
from cfi.contracts.state.rows.trades import Ending
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.custody.cancel_delayed_transfer import CancelDelayedTransfer


def cancel_delayed_transfer(
    state: StateView, message: CancelDelayedTransfer, block: BlockContext
) -> Changes:
    """Take the transfer off the table and let its lot go."""
    delivery = own_delivery(state, block, message.delivery_id)
    return Changes.of(
        no_longer_waits(delivery), give_back(state, block, delivery, Ending.CANCELLED)
    )
