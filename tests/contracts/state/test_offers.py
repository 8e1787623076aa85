"""What can't be unless we erred: an offer without its other half, a lot not as it was locked."""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import drop, put
from cfi.contracts.state.offers import end_offer, offer_behind, told
from cfi.contracts.state.rows.custody import LOTS
from cfi.contracts.state.rows.trades import OFFERS, Ending, IncomingOffer, Offer
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.offers import Terms, terms_hash
from cfi.contracts.wire.quantities import CentsPerTonne, Instant, Tonnes
from cfi.contracts.wire.refusal import InvariantBroken
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId, LotId
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


class TestWhatHoldersAreTold:
    """A record of how a transfer ended is a kindness: it never fills up whom it is for."""

    def told(self, ledger: Ledger, name: bytes, at: int = 0) -> None:
        context = replace(ledger.context("company-b", "company-b-user"), now=Instant(at))
        parties = (HolderId("company-a"), HolderId("company-b"))
        offer_id = Hash(name.ljust(32, b"\x00"))
        what = (LotId("XA-2003-0000000001"), Tonnes(100))
        ledger.given(told(ledger.state, context, offer_id, Ending.CANCELLED, parties, what))

    def known(self, ledger: Ledger) -> list[bytes]:
        rows = ledger.state.outcomes.of("company-a").all()
        return [row.offer_id.rstrip(b"\x00") for row in rows]

    def test_of_very_many_the_oldest_makes_way(
        self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cfi.contracts.state.offers.MAX_OUTCOMES", 2)
        for name, at in ((b"c", 1), (b"a", 3), (b"b", 2), (b"d", 4)):
            self.told(ledger, name, at)
        assert self.known(ledger) == [b"a", b"d"]

    def test_in_full_records_too(self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told(ledger, b"a")
        monkeypatch.setattr(StateView, "holder_has_room", lambda *_: False)
        self.told(ledger, b"b", 1)
        assert self.known(ledger) == [b"b"]

    def test_where_nothing_makes_way_nothing_is_recorded(
        self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(StateView, "holder_has_room", lambda *_: False)
        self.told(ledger, b"a")
        assert self.known(ledger) == []
