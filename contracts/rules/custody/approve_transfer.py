"""A transfer goes only when a second person of the sender agrees, where the sender asks for it.
(ours)
"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.deliveries import hand_over, no_longer_waits, own_delivery
from cfi.contracts.state.protection import loosening_delay
from cfi.contracts.state.rows.trades import DELIVERIES, Delivery
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.custody.approve_transfer import ApproveTransfer
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.refusal import Refusal, require


def approve_transfer(state: StateView, message: ApproveTransfer, block: BlockContext) -> Changes:
    """Let the transfer go: at once if its delay has passed, else when it passes."""
    delivery = own_delivery(state, block, message.delivery_id)
    require(
        delivery.needs_approval,
        Refusal.ALREADY_APPROVED,
        "ours",
        delivery_id=message.delivery_id,
    )
    require(
        delivery.initiated_by != block.signer,
        Refusal.SAME_PERSON,
        "ours",
        delivery_id=message.delivery_id,
    )
    _both_established(state, delivery, block)

    if delivery.deliver_at <= block.now:
        return Changes.of(no_longer_waits(delivery), hand_over(state, block, delivery))
    return Changes.of(put(DELIVERIES, block.holder_id, replace(delivery, needs_approval=False)))


def _both_established(state: StateView, delivery: Delivery, block: BlockContext) -> None:
    """Refuse where either person was added or allowed more too lately: an administrator could have
    added the other to be two people.
    """
    delay = loosening_delay(state, block.height)
    for user_id in (delivery.initiated_by, block.signer):
        user = state.users.of(block.holder_id).get(user_id)
        assert user is not None, "users are never deleted"
        from_then = Instant(user.raised_at + delay)
        require(
            from_then <= block.now,
            Refusal.TOO_NEW_A_USER,
            "ours",
            user_id=user_id,
            counts_from=from_then,
        )
