"""The Exchange stops a transfer that waits: a theft, a suspended sender's.  (RB 2.6.1)"""

from cfi.contracts.state.changes import Changes
from cfi.contracts.state.deliveries import give_back, no_longer_waits
from cfi.contracts.state.rows.trades import Ending
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.custody.stop_transfer import StopTransfer
from cfi.contracts.wire.refusal import Refusal, RefusedError, require


def stop_transfer(state: StateView, message: StopTransfer, block: BlockContext) -> Changes:
    """Give the lot back to its sender; both parties are told the reason."""
    delivery = state.deliveries.of(message.sender).get(message.delivery_id)
    if delivery is None:
        raise RefusedError(
            Refusal.UNKNOWN_TRANSFER, "RB 2.6.1", {"delivery_id": message.delivery_id}
        )
    require(
        message.reason,
        Refusal.NO_REASON_GIVEN,
        "RB 2.6.1",
        delivery_id=message.delivery_id,
    )

    returned = give_back(state, block, delivery, Ending.STOPPED, message.reason)
    return Changes.of(no_longer_waits(delivery), returned)
