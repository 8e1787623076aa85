"""Open offers: whose they are, and how they end without a trade.  (RB 5.3.5)"""

from typing import Final

from cfi.contracts.state.changes import NO_CHANGES, Changes, drop, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.moves import unlock
from cfi.contracts.state.restrictions import NOT_FOR_SALE, bar_of, require_free_of
from cfi.contracts.state.rows.custody import LockReason, Lot
from cfi.contracts.state.rows.trades import (
    INCOMING_OFFERS,
    OFFERS,
    OUTCOMES,
    Ending,
    IncomingOffer,
    Offer,
    Outcome,
)
from cfi.contracts.state.standing import platform_standing
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.limits import MAX_OUTCOMES
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import SECONDS_PER_DAY, Instant, Tonnes, Year
from cfi.contracts.wire.refusal import InvariantBroken, Refusal, RefusedError, require
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId, HolderId, LotId, Text

_REMEMBERED_SECONDS: Final = 90 * SECONDS_PER_DAY
_SELLERS_OF_OFFSETS: Final = (HolderClass.OFFSET_PROVIDER, HolderClass.OFFSET_AGGREGATOR)


def own_offer(state: StateView, block: BlockContext, offer_id: Hash) -> Offer:
    """The signer's open offer; refuses UNKNOWN_OFFER otherwise."""
    offer = state.offers.of(block.holder_id).get(offer_id)
    if offer is None:
        raise RefusedError(Refusal.UNKNOWN_OFFER, "RB 5.3.5", {"offer_id": offer_id})
    return offer


def offer_made_to(state: StateView, block: BlockContext, offer_id: Hash) -> IncomingOffer:
    """An open offer made to the signer; refuses UNKNOWN_OFFER otherwise."""
    incoming = state.incoming_offers.of(block.holder_id).get(offer_id)
    if incoming is None:
        raise RefusedError(Refusal.UNKNOWN_OFFER, "RB 5.3.5", {"offer_id": offer_id})
    return incoming


def offer_behind(state: StateView, incoming: IncomingOffer) -> Offer:
    """The seller's row of an offer."""
    offer = state.offers.of(incoming.terms.seller).get(incoming.offer_id)
    if offer is None:
        raise InvariantBroken("a buyer's copy of an offer outlives it")
    return offer


def may_be_sold(lot: Lot) -> bool:
    """True unless its type or a restriction forbids its sale.  (RB 4.3, 4.11.4, 4.13, 5.9.5)"""
    return lot.instrument is not Instrument.XE and bar_of(lot, NOT_FOR_SALE) is None


def sellable(state: StateView, lot: Lot, seller: HolderId) -> None:
    """Refuse unless the lot may be sold, and by this holder: Providers and Aggregators sell only
    offsets that were issued to them.
    """
    lot_id = lot.lot_id
    require(lot.instrument is not Instrument.XE, Refusal.LOT_RESTRICTED, "RB 4.3", lot_id=lot_id)
    require_free_of(lot, NOT_FOR_SALE)
    holder = state.holders.get(seller)
    assert holder is not None, "an authorised signer has a holder"
    require(
        holder.holder_class not in _SELLERS_OF_OFFSETS or lot.first_owner == seller,
        Refusal.LOT_RESTRICTED,
        "RB 12.3",
        lot_id=lot_id,
    )


def may_trade(state: StateView, block: BlockContext) -> None:
    """Refuse unless the signer's holder may use the platform, and the Exchange lets the signer."""
    require(
        platform_standing(state, block.holder_id, block.now),
        Refusal.NO_PLATFORM_STANDING,
        "RB 3.8",
        holder_id=block.holder_id,
    )
    user = state.users.of(block.holder_id).get(block.signer)
    require(
        user is not None and not user.limited,
        Refusal.TRADING_LIMITED,
        "RB 2.6.1",
        user_id=block.signer,
    )


def held_lot(
    state: StateView, account_id: AccountId, lot_id: LotId, act_id: Hash, tonnes: Tonnes
) -> Lot:
    """The lot that an offer or a transfer holds fast."""
    lot = state.lots.of(account_id).get(lot_id)
    if lot is None or lot.lock is None or lot.lock.act_id != act_id or lot.tonnes != tonnes:
        raise InvariantBroken("a lot under lock isn't as it was locked")
    return lot


def close_offer(state: StateView, offer: Offer) -> Changes:
    """Take an offer off both sides' records; its lot stays locked."""
    incoming = state.incoming_offers.of(offer.terms.buyer).get(offer.offer_id)
    return Changes.of(
        drop(OFFERS, offer.terms.seller, offer),
        NO_CHANGES
        if incoming is None
        else Changes.of(drop(INCOMING_OFFERS, offer.terms.buyer, incoming)),
    )


def end_offer(state: StateView, offer: Offer) -> Changes:
    """Close an offer and let its lot go."""
    lot = held_lot(state, offer.account_id, offer.terms.lot_id, offer.offer_id, offer.terms.tonnes)
    assert lot.lock is not None and lot.lock.reason is LockReason.OFFERED
    return Changes.of(close_offer(state, offer), unlock(lot, offer.account_id))


def end_offers_of_year(
    state: StateView, block: BlockContext, holder_id: HolderId, year: Year
) -> Changes:
    """End a holder's open offers of lots up to a vintage, so that an offer hides none of them from
    the close of that year.
    """
    draft = Draft(state)
    for offer in state.offers.of(holder_id).all():
        terms = offer.terms
        lot = held_lot(state, offer.account_id, terms.lot_id, offer.offer_id, terms.tonnes)
        if lot.vintage <= year:
            draft.add(end_offer(draft.state, offer))
            draft.add(offer_told(draft.state, block, offer, Ending.YEAR_CLOSED))
    return draft.changes


def offer_told(state: StateView, block: BlockContext, offer: Offer, ending: Ending) -> Changes:
    """Tell the seller how its offer ended."""
    terms = offer.terms
    parties = (terms.seller, terms.buyer)
    return told(state, block, offer.offer_id, ending, parties, (terms.lot_id, terms.tonnes))


def told(
    state: StateView,
    block: BlockContext,
    offer_id: Hash,
    ending: Ending,
    parties: tuple[HolderId, HolderId],
    what: tuple[LotId, Tonnes],
    *,
    reason: Text | None = None,
) -> Changes:
    """Tell the first party how an offer or a transfer to or from the second ended. Of very many
    such records the oldest makes way; where there is none and no room, nothing is recorded.
    """
    (holder_id, other), (lot_id, tonnes) = parties, what
    makes_way = _making_way(state, holder_id)
    if makes_way is NO_CHANGES and not state.holder_has_room(holder_id):
        return NO_CHANGES
    outcome = Outcome(
        offer_id=offer_id,
        ending=ending,
        holder_id=holder_id,
        other=other,
        lot_id=lot_id,
        tonnes=tonnes,
        reason=reason,
        at=block.now,
        forget_at=Instant(block.now + _REMEMBERED_SECONDS),
    )
    return Changes.of(makes_way, put(OUTCOMES, holder_id, outcome))


def _making_way(state: StateView, holder_id: HolderId) -> Changes:
    """Drop the oldest record where a holder has all that it may have."""
    outcomes = state.outcomes.of(holder_id)
    kept = len(outcomes.keys())
    if kept == 0 or (kept < MAX_OUTCOMES and state.holder_has_room(holder_id)):
        return NO_CHANGES
    oldest = min(outcomes.all(), key=lambda outcome: (outcome.at, outcome.offer_id))
    return Changes.of(drop(OUTCOMES, holder_id, oldest))
