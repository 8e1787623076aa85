"""Transfers to another holder by the holder's will: at once, or after its protections; delivered,
or returned where the recipient can't take them.  (RB 4.11, 4.13, 5.3.5)
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from cfi.contracts.state.after_close import come_back
from cfi.contracts.state.changes import NO_CHANGES, Changes, drop, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.moves import transfer
from cfi.contracts.state.offers import held_lot, told
from cfi.contracts.state.rows.custody import (
    LOTS,
    AccountKind,
    Lock,
    LockReason,
    Lot,
    MovementKind,
    Restriction,
)
from cfi.contracts.state.rows.membership import HolderStatus
from cfi.contracts.state.rows.trades import (
    DELIVERIES,
    SALES,
    Delivery,
    DeliveryKind,
    Ending,
    SalesTally,
)
from cfi.contracts.state.surrender import Held
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import Tonnes, Year
from cfi.contracts.wire.refusal import Refusal, RefusedError
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId, HolderId, Identifier, Text

_WAITS_AS: Final[Mapping[DeliveryKind, LockReason]] = MappingProxyType(
    {
        DeliveryKind.TRADE: LockReason.SOLD,
        DeliveryKind.DONATION: LockReason.DELAYED_TRANSFER,
    }
)


def own_delivery(state: StateView, block: BlockContext, delivery_id: Hash) -> Delivery:
    """The signer's transfer that waits; refuses UNKNOWN_TRANSFER otherwise."""
    delivery = state.deliveries.of(block.holder_id).get(delivery_id)
    if delivery is None:
        raise RefusedError(Refusal.UNKNOWN_TRANSFER, "ours", {"delivery_id": delivery_id})
    return delivery


def send(state: StateView, block: BlockContext, delivery: Delivery) -> Changes:
    """Deliver now, or keep the lot locked until the delivery is due."""
    if not delivery.needs_approval and delivery.deliver_at <= block.now:
        return hand_over(state, block, delivery)
    lot = _lot_of(state, delivery)
    waiting = Lock(reason=_WAITS_AS[delivery.kind], act_id=delivery.delivery_id)
    return Changes.of(
        put(LOTS, delivery.account_id, replace(lot, lock=waiting)),
        put(DELIVERIES, delivery.sender, delivery),
    )


def hand_over(state: StateView, block: BlockContext, delivery: Delivery) -> Changes:
    """Move the lot, or give it back where the recipient can't take it."""
    if not can_take(state, delivery.recipient, delivery.target):
        return give_back(state, block, delivery, Ending.UNDELIVERABLE)
    lot = _lot_of(state, delivery)
    parties = (Identifier(delivery.recipient), Identifier(delivery.sender))
    traded = delivery.kind is DeliveryKind.TRADE
    moved = transfer(
        replace(block, act_id=delivery.delivery_id),
        lot,
        lot.tonnes,
        delivery.account_id,
        delivery.target,
        out=MovementKind.SOLD if traded else MovementKind.DONATED,
        into=MovementKind.BOUGHT if traded else MovementKind.DONATED,
        parties=parties,
        price=delivery.price,
        restrictions=Restriction.NONE if traded else Restriction.DONATED,
    )
    return Changes.of(moved, _tallies(state, lot, delivery) if traded else NO_CHANGES)


def give_back(
    state: StateView,
    block: BlockContext,
    delivery: Delivery,
    ending: Ending,
    reason: Text | None = None,
) -> Changes:
    """Let the lot go, as it would be had it never been sent, and tell both parties."""
    lot = _lot_of(state, delivery)
    held = Held(account_id=delivery.account_id, lot=lot)
    both, what = (delivery.sender, delivery.recipient), (lot.lot_id, lot.tonnes)
    return Changes.of(
        come_back(state, block, delivery.sender, held, delivery.sent_at),
        told(state, block, delivery.delivery_id, ending, both, what, reason=reason),
        told(state, block, delivery.delivery_id, ending, both[::-1], what, reason=reason),
    )


def end_donations_of_year(
    state: StateView, block: BlockContext, holder_id: HolderId, year: Year
) -> Changes:
    """End a holder's waiting donations of lots up to a vintage, so that they hide none of them from
    the close of that year.
    """
    draft = Draft(state)
    for delivery in state.deliveries.of(holder_id).all():
        if delivery.kind is DeliveryKind.DONATION and _lot_of(state, delivery).vintage <= year:
            draft.add(no_longer_waits(delivery))
            draft.add(give_back(draft.state, block, delivery, Ending.YEAR_CLOSED))
    return draft.changes


def no_longer_waits(delivery: Delivery) -> Changes:
    """Take a transfer off the sender's records."""
    return Changes.of(drop(DELIVERIES, delivery.sender, delivery))


def can_take(state: StateView, holder_id: HolderId, account_id: AccountId) -> bool:
    """True if an active holder has a trading account and room in it and in its records."""
    holder, account = state.holders.get(holder_id), state.accounts.get(account_id)
    return (
        holder is not None
        and holder.status is HolderStatus.ACTIVE
        and account is not None
        and account.holder_id == holder_id
        and account.kind is AccountKind.TRADING
        and state.has_room(account_id, 2)
        and state.holder_has_room(holder_id)
    )


def _lot_of(state: StateView, delivery: Delivery) -> Lot:
    return held_lot(
        state, delivery.account_id, delivery.lot_id, delivery.delivery_id, delivery.tonnes
    )


def _tallies(state: StateView, lot: Lot, delivery: Delivery) -> Changes:
    """Count a sale of Exchange Allowances among Members, Associate Members and Participants."""
    counts = (
        lot.instrument is Instrument.XA
        and not lot.bars(Restriction.SUPER_REDUCTION)
        and not _is_exchange_participant(state, delivery.sender)
        and not _is_exchange_participant(state, delivery.recipient)
    )
    if not counts:
        return NO_CHANGES
    sold = _tally(state, delivery.sender, lot.vintage)
    bought = _tally(state, delivery.recipient, lot.vintage)
    return Changes.of(
        put(
            SALES,
            delivery.sender,
            replace(sold, sold_tonnes=Tonnes(sold.sold_tonnes + lot.tonnes)),
        ),
        put(
            SALES,
            delivery.recipient,
            replace(bought, bought_tonnes=Tonnes(bought.bought_tonnes + lot.tonnes)),
        ),
    )


def _tally(state: StateView, holder_id: HolderId, vintage: Year) -> SalesTally:
    return state.sales.of(holder_id).get(number_key(vintage)) or SalesTally(
        vintage=vintage, sold_tonnes=Tonnes(0), bought_tonnes=Tonnes(0)
    )


def _is_exchange_participant(state: StateView, holder_id: HolderId) -> bool:
    holder = state.holders.get(holder_id)
    return holder is None or holder.holder_class is HolderClass.EXCHANGE_PARTICIPANT
