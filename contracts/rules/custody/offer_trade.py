"""A seller offers CFIs to one buyer; they are held for it until the offer ends.  (RB 5.3.5, 5.8)

The answer is the same whether or not there is such a buyer.
"""

from cfi.contracts.state.changes import NO_CHANGES, Changes, put
from cfi.contracts.state.compliance import may_sell
from cfi.contracts.state.moves import lock
from cfi.contracts.state.offers import may_trade, sellable
from cfi.contracts.state.own import own_free_lot
from cfi.contracts.state.rows.custody import Lock, LockReason, Lot
from cfi.contracts.state.rows.trades import INCOMING_OFFERS, OFFERS, IncomingOffer, Offer
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_OFFER_SECONDS, MAX_OPEN_OFFERS
from cfi.contracts.wire.messages.custody.offer_trade import OfferTrade
from cfi.contracts.wire.offers import Terms
from cfi.contracts.wire.refusal import Refusal, require
from cfi.contracts.wire.text import HolderId


def offer_trade(state: StateView, message: OfferTrade, block: BlockContext) -> Changes:
    """Lock the tail of a lot for a buyer and show it the offer."""
    lot = own_free_lot(state, block, message.account_id, message.lot_id, message.tonnes)
    sellable(state, lot, block.holder_id)
    _lawful_terms(message, block)
    _may_offer(state, message, block)

    held, locked = lock(
        lot,
        message.tonnes,
        message.account_id,
        Lock(reason=LockReason.OFFERED, act_id=block.act_id),
    )
    terms = _terms(message, locked, block)
    offer = Offer(
        offer_id=block.act_id,
        account_id=message.account_id,
        terms=terms,
        offered_by=block.signer,
    )
    return Changes.of(
        held,
        put(OFFERS, block.holder_id, offer),
        _shown(offer) if _can_be_shown(state, message.buyer) else NO_CHANGES,
        offer_id=block.act_id,
    )


def _lawful_terms(message: OfferTrade, block: BlockContext) -> None:
    require(message.buyer != block.holder_id, Refusal.SAME_HOLDER, "RB 5.3.5", buyer=message.buyer)
    require(message.price > 0, Refusal.NO_PRICE, "RB 5.3.5", price=message.price)
    require(
        block.now < message.expires_at <= block.now + MAX_OFFER_SECONDS,
        Refusal.EXPIRY_OUT_OF_RANGE,
        "ours",
        expires_at=message.expires_at,
    )


def _may_offer(state: StateView, message: OfferTrade, block: BlockContext) -> None:
    seller = block.holder_id
    may_trade(state, block)
    require(may_sell(state, seller), Refusal.OWES_CFIS, "ours", holder_id=seller)
    require(
        len(state.offers.of(seller).keys()) < MAX_OPEN_OFFERS and state.holder_has_room(seller, 4),
        Refusal.TOO_MANY_RECORDS,
        "ours",
        holder_id=seller,
    )
    require(
        state.has_room(message.account_id),
        Refusal.ACCOUNT_FULL,
        "RB 5.3.2",
        account_id=message.account_id,
    )


def _terms(message: OfferTrade, locked: Lot, block: BlockContext) -> Terms:
    return Terms(
        seller=block.holder_id,
        buyer=message.buyer,
        lot_id=locked.lot_id,
        tonnes=message.tonnes,
        price=message.price,
        expires_at=message.expires_at,
    )


def _can_be_shown(state: StateView, buyer: HolderId) -> bool:
    """False where there is no such holder, or it has more offers than it is shown."""
    return (
        state.holders.get(buyer) is not None
        and len(state.incoming_offers.of(buyer).keys()) < MAX_OPEN_OFFERS
        and state.holder_has_room(buyer, 4)
    )


def _shown(offer: Offer) -> Changes:
    incoming = IncomingOffer(offer_id=offer.offer_id, terms=offer.terms)
    return Changes.of(put(INCOMING_OFFERS, offer.terms.buyer, incoming))
