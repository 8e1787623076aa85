"""A holder donates CFIs to a not-for-profit holder, which may use or retire but never sell them.
(RB 4.13)
"""

from cfi.contracts.state.changes import Changes
from cfi.contracts.state.deliveries import can_take, send
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.moves import lock
from cfi.contracts.state.own import own_free_lot
from cfi.contracts.state.protection import delay_to, lapse_of, protection_of
from cfi.contracts.state.restrictions import NOT_TO_BE_GIVEN, require_free_of
from cfi.contracts.state.rows.custody import Lock, LockReason, Lot
from cfi.contracts.state.rows.trades import Delivery, DeliveryKind
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.limits import MAX_WAITING_TRANSFERS
from cfi.contracts.wire.messages.custody.donate_lot import DonateLot
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.refusal import Refusal, require
from cfi.contracts.wire.text import AccountId


def donate_lot(state: StateView, message: DonateLot, block: BlockContext) -> Changes:
    """Send the tail of a lot to the recipient's first account, at once or after the donor's
    protections.
    """
    lot = own_free_lot(state, block, message.account_id, message.lot_id, message.tonnes)
    _may_be_given(lot)
    target = AccountId(f"{message.recipient}/1")
    _may_receive(state, message, target, block)
    _has_room(state, message, block)

    donation = Lock(reason=LockReason.DELAYED_TRANSFER, act_id=block.act_id)
    held, locked = lock(lot, message.tonnes, message.account_id, donation)
    delivery = _delivery(state, message, locked, target, block)
    draft = Draft(state)
    draft.add(held)
    draft.add(send(draft.state, block, delivery))
    return Changes.of(draft.changes, delivery_id=block.act_id, deliver_at=delivery.due)


def _may_be_given(lot: Lot) -> None:
    require(
        lot.instrument is not Instrument.XE, Refusal.LOT_RESTRICTED, "RB 4.3", lot_id=lot.lot_id
    )
    require_free_of(lot, NOT_TO_BE_GIVEN)


def _may_receive(
    state: StateView, message: DonateLot, target: AccountId, block: BlockContext
) -> None:
    recipient = state.holders.get(message.recipient)
    require(
        recipient is not None
        and recipient.not_for_profit
        and message.recipient != block.holder_id
        and can_take(state, message.recipient, target),
        Refusal.UNKNOWN_RECIPIENT,
        "RB 4.13",
        recipient=message.recipient,
    )


def _has_room(state: StateView, message: DonateLot, block: BlockContext) -> None:
    require(
        state.has_room(message.account_id),
        Refusal.ACCOUNT_FULL,
        "RB 5.3.2",
        account_id=message.account_id,
    )
    require(
        len(state.deliveries.of(block.holder_id).keys()) < MAX_WAITING_TRANSFERS
        and state.holder_has_room(block.holder_id, 2),
        Refusal.TOO_MANY_RECORDS,
        "ours",
        holder_id=block.holder_id,
    )


def _delivery(
    state: StateView, message: DonateLot, locked: Lot, target: AccountId, block: BlockContext
) -> Delivery:
    protection = protection_of(state, block.holder_id, block.now)
    delay = delay_to(state, block.holder_id, target, protection, block.now)
    return Delivery(
        delivery_id=block.act_id,
        kind=DeliveryKind.DONATION,
        sender=block.holder_id,
        account_id=message.account_id,
        lot_id=locked.lot_id,
        tonnes=message.tonnes,
        recipient=message.recipient,
        target=target,
        price=None,
        initiated_by=block.signer,
        deliver_at=Instant(block.now + delay),
        lapses_at=lapse_of(block.now, delay),
        needs_approval=protection.second_approver,
        sent_at=block.height,
    )
