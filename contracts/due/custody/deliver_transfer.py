"""A transfer whose delay has passed is delivered, and one that nobody approved in time ends. While
its sender is suspended it waits on.  (RB 2.8, 2.11, 5.3.5)
"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.deliveries import give_back, hand_over, no_longer_waits
from cfi.contracts.state.rows.membership import HolderStatus
from cfi.contracts.state.rows.trades import DELIVERIES, Delivery, Ending
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.quantities import SECONDS_PER_DAY, Instant


def deliver_transfer(state: StateView, delivery: Delivery, block: BlockContext) -> Changes:
    """Hand the lot over, or give it back, or ask again in a day."""
    sender = state.holders.get(delivery.sender)
    assert sender is not None, "holders are never deleted"
    if sender.status is HolderStatus.TERMINATED:
        ended = give_back(state, block, delivery, Ending.SENDER_TERMINATED)
    elif delivery.needs_approval:
        ended = give_back(state, block, delivery, Ending.NOT_APPROVED)
    elif sender.status is HolderStatus.SUSPENDED:
        return Changes.of(put(DELIVERIES, delivery.sender, _a_day_later(delivery, block.now)))
    else:
        ended = hand_over(state, block, delivery)
    return Changes.of(no_longer_waits(delivery), ended)


def _a_day_later(delivery: Delivery, now: Instant) -> Delivery:
    return replace(delivery, deliver_at=Instant(now + SECONDS_PER_DAY))
