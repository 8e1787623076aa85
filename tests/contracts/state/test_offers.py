"""What can't be unless we erred: an offer without its other half, a lot not as it was locked."""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import drop, put
from cfi.contracts.state.offers import end_offer, offer_behind
from cfi.contracts.state.rows.custody import LOTS
from cfi.contracts.state.rows.trades import OFFERS, IncomingOffer, Offer
from cfi.contracts.wire.offers import Terms, terms_hash
from cfi.contracts.wire.quantities import CentsPerTonne, Instant, Tonnes
from cfi.contracts.wire.refusal import InvariantBroken
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import LotId
from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import given_offer, given_standing


@pytest.fixture
def offer(ledger: Ledger) -> Offer:
    """An offer of company A's to company B."""
    ledger.given_lot("company-a/1", 1_000)
    given_standing(ledger, "company-a")
    found = ledger.state.offers.of("company-a").get(given_offer(ledger))
    assert found is not None
    return found


def test_the_buyers_copy_never_outlives_the_offer(ledger: Ledger, offer: Offer) -> None:
    ledger.given(drop(OFFERS, "company-a", offer))
    with pytest.raises(InvariantBroken, match="outlives"):
        offer_behind(ledger.state, IncomingOffer(offer_id=offer.offer_id, terms=offer.terms))


def test_a_lot_under_offer_is_there(ledger: Ledger, offer: Offer) -> None:
    ledger.given(drop(LOTS, "company-a/1", ledger.lots("company-a/1")[1]))
    with pytest.raises(InvariantBroken, match="under lock"):
        end_offer(ledger.state, offer)


def test_it_is_under_that_offer_and_whole(ledger: Ledger, offer: Offer) -> None:
    lot = ledger.lots("company-a/1")[1]
    assert lot.lock is not None
    other = replace(lot.lock, act_id=Hash(bytes(32)))
    for changed in (
        replace(lot, lock=None),
        replace(lot, lock=other),
        replace(lot, tonnes=Tonnes(200)),
    ):
        ledger.given(put(LOTS, "company-a/1", changed))
        with pytest.raises(InvariantBroken, match="under lock"):
            end_offer(ledger.state, offer)


def test_each_term_is_in_the_digest(offer: Offer) -> None:
    terms: Terms = offer.terms
    others = [
        replace(terms, seller=terms.buyer),
        replace(terms, buyer=terms.seller),
        replace(terms, lot_id=LotId(terms.lot_id[:-1])),
        replace(terms, tonnes=Tonnes(terms.tonnes + 1)),
        replace(terms, price=CentsPerTonne(terms.price + 1)),
        replace(terms, expires_at=Instant(terms.expires_at + 1)),
    ]
    digests = {terms_hash(terms), *map(terms_hash, others)}
    assert len(digests) == 7
