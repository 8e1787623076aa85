"""The buyer's signature makes the trade: the lots are there, and they are the buyer's or wait only
for the seller's own protections.  (RB 4.4, 5.3.5, 5.8)
"""

from cfi.contracts.state.changes import Changes
from cfi.contracts.state.compliance import may_sell
from cfi.contracts.state.deliveries import send
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.offers import (
    close_offer,
    held_lot,
    may_be_sold,
    may_trade,
    offer_behind,
    offer_made_to,
)
from cfi.contracts.state.own import own_account, room_in
from cfi.contracts.state.protection import delay_to, lapse_of, protection_of
from cfi.contracts.state.rows.trades import Delivery, DeliveryKind, IncomingOffer, Offer
from cfi.contracts.state.standing import platform_standing
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.custody.accept_trade import AcceptTrade
from cfi.contracts.wire.offers import terms_hash
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.refusal import Refusal, require


def accept_trade(state: StateView, message: AcceptTrade, block: BlockContext) -> Changes:
    """Close the offer and deliver, at once or after the seller's protections."""
    incoming = offer_made_to(state, block, message.offer_id)
    _agrees(state, message, incoming, block)
    offer = offer_behind(state, incoming)
    _still_open(state, offer, block)

    draft = Draft(state)
    draft.add(close_offer(state, offer))
    delivery = _delivery(state, offer, message, block)
    draft.add(send(draft.state, block, delivery))
    return Changes.of(draft.changes, deliver_at=delivery.due)


def _agrees(
    state: StateView, message: AcceptTrade, incoming: IncomingOffer, block: BlockContext
) -> None:
    require(
        terms_hash(incoming.terms) == message.terms_hash,
        Refusal.TERMS_DIFFER,
        "RB 5.8.2",
        offer_id=message.offer_id,
    )
    own_account(state, block, message.target)
    may_trade(state, block)
    room_in(state, message.target)
    require(
        state.holder_has_room(block.holder_id, 2),
        Refusal.TOO_MANY_RECORDS,
        "ours",
        holder_id=block.holder_id,
    )


def _still_open(state: StateView, offer: Offer, block: BlockContext) -> None:
    terms = offer.terms
    require(
        block.now < terms.expires_at,
        Refusal.OFFER_EXPIRED,
        "RB 5.3.5",
        expires_at=terms.expires_at,
    )
    lot = held_lot(state, offer.account_id, terms.lot_id, offer.offer_id, terms.tonnes)
    require(
        platform_standing(state, terms.seller, block.now)
        and may_sell(state, terms.seller)
        and may_be_sold(lot),
        Refusal.OFFER_NOT_OPEN,
        "RB 5.3.5",
        offer_id=offer.offer_id,
    )


def _delivery(
    state: StateView, offer: Offer, message: AcceptTrade, block: BlockContext
) -> Delivery:
    terms = offer.terms
    protection = protection_of(state, terms.seller, block.now)
    delay = delay_to(state, terms.seller, message.target, protection, block.now)
    return Delivery(
        delivery_id=offer.offer_id,
        kind=DeliveryKind.TRADE,
        sender=terms.seller,
        account_id=offer.account_id,
        lot_id=terms.lot_id,
        tonnes=terms.tonnes,
        recipient=terms.buyer,
        target=message.target,
        price=terms.price,
        initiated_by=offer.offered_by,
        deliver_at=Instant(block.now + delay),
        lapses_at=lapse_of(block.now, delay),
        needs_approval=protection.second_approver,
        sent_at=block.height,
    )
