"""A buyer declines an offer."""

from cfi.contracts.wire.messages.custody.decline_offer import DeclineOffer
from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import NO_SUCH_ACT, given_offer, told, unlocked


class TestWhatDecliningDoes:
    def test_the_lot_is_free_and_the_seller_told(self, ledger: Ledger) -> None:
        offer_id = given_offer(ledger)
        ledger.when(DeclineOffer(offer_id=offer_id), by="company-b")
        ledger.done()
        assert unlocked(ledger, "company-a/1")
        assert ledger.state.offers.of("company-a").keys() == []
        assert ledger.state.incoming_offers.of("company-b").keys() == []
        assert told(ledger, "company-a") == [("DECLINED", "company-b")]
        assert told(ledger, "company-b") == []


def test_an_offer_that_isn_t_there_is_unknown(ledger: Ledger) -> None:
    ledger.when(DeclineOffer(offer_id=NO_SUCH_ACT), by="company-b")
    ledger.refused("UNKNOWN_OFFER", "RB 5.3.5", {"offer_id": NO_SUCH_ACT})


def test_an_offer_to_another_answers_like_none(ledger: Ledger) -> None:
    offer_id = given_offer(ledger)
    before = ledger.tables()
    for stranger in ("charity", "company-a"):
        ledger.when(DeclineOffer(offer_id=offer_id), by=stranger)
        ledger.refused("UNKNOWN_OFFER", "RB 5.3.5", {"offer_id": offer_id})
    assert ledger.tables() == before
