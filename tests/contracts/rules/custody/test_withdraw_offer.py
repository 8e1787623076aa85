"""A seller takes back an offer."""

from cfi.contracts.wire.messages.custody.withdraw_offer import WithdrawOffer
from cfi.contracts.wire.text import HolderId
from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import (
    NO_SUCH_ACT,
    acceptance,
    given_offer,
    given_sale,
    told,
    unlocked,
)


class TestWhatWithdrawalDoes:
    def test_the_lot_is_free_and_the_offer_gone_on_both_sides(self, ledger: Ledger) -> None:
        offer_id = given_offer(ledger)
        ledger.when(WithdrawOffer(offer_id=offer_id))
        ledger.done()
        assert unlocked(ledger, "company-a/1")
        assert ledger.tonnes("company-a/1") == 1_000
        assert ledger.state.offers.of("company-a").keys() == []
        assert ledger.state.incoming_offers.of("company-b").keys() == []
        assert told(ledger, "company-a") == told(ledger, "company-b") == []

    def test_an_offer_to_nobody_is_withdrawn_alike(self, ledger: Ledger) -> None:
        offer_id = given_offer(ledger, buyer=HolderId("nobody"))
        ledger.when(WithdrawOffer(offer_id=offer_id))
        ledger.done()
        assert unlocked(ledger, "company-a/1")

    def test_it_can_no_longer_be_accepted(self, ledger: Ledger) -> None:
        offer_id = given_offer(ledger)
        lawful = acceptance(ledger, offer_id)
        ledger.when(WithdrawOffer(offer_id=offer_id))
        ledger.when(lawful, by="company-b")
        ledger.refused("UNKNOWN_OFFER", "RB 5.3.5", {"offer_id": offer_id})


def test_an_offer_that_isn_t_there_is_unknown(ledger: Ledger) -> None:
    ledger.when(WithdrawOffer(offer_id=NO_SUCH_ACT))
    ledger.refused("UNKNOWN_OFFER", "RB 5.3.5", {"offer_id": NO_SUCH_ACT})


def test_another_s_offer_answers_like_none(ledger: Ledger) -> None:
    offer_id = given_offer(ledger)
    before = ledger.tables()
    ledger.when(WithdrawOffer(offer_id=offer_id), by="company-b")
    ledger.refused("UNKNOWN_OFFER", "RB 5.3.5", {"offer_id": offer_id})
    assert ledger.tables() == before


def test_an_accepted_offer_isn_t_withdrawn(ledger: Ledger) -> None:
    offer_id = given_sale(ledger)
    ledger.when(WithdrawOffer(offer_id=offer_id))
    ledger.refused("UNKNOWN_OFFER", "RB 5.3.5", {"offer_id": offer_id})
