"""A sender stops its transfer during the delay."""

from cfi.contracts.wire.messages.custody.cancel_delayed_transfer import CancelDelayedTransfer
from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import (
    DAY,
    NO_SUCH_ACT,
    donation,
    given_protection,
    given_sale,
    told,
    unlocked,
)


class TestWhatCancellingDoes:
    def test_a_trade_fails_and_both_parties_are_told(self, ledger: Ledger) -> None:
        given_protection(ledger, "company-a", delay=DAY)
        offer_id = given_sale(ledger)
        ledger.when(CancelDelayedTransfer(delivery_id=offer_id))
        ledger.done()
        assert unlocked(ledger, "company-a/1")
        assert ledger.tonnes("company-a/1") == 1_000
        assert told(ledger, "company-a") == [("CANCELLED", "company-b")]
        assert told(ledger, "company-b") == [("CANCELLED", "company-a")]
        assert ledger.state.sales.of("company-a").keys() == []

    def test_a_donation_stays_with_the_donor(self, ledger: Ledger) -> None:
        given_protection(ledger, "company-a", delay=DAY)
        receipt = ledger.when(donation())
        ledger.when(CancelDelayedTransfer(delivery_id=receipt.act_id))
        assert unlocked(ledger, "company-a/1")

    def test_nothing_is_delivered_afterwards(self, ledger: Ledger) -> None:
        given_protection(ledger, "company-a", delay=DAY)
        offer_id = given_sale(ledger)
        ledger.when(CancelDelayedTransfer(delivery_id=offer_id))
        assert ledger.pass_time(2 * DAY) == 0
        assert ledger.tonnes("company-b/1") == 0


def test_a_transfer_that_isn_t_there_is_unknown(ledger: Ledger) -> None:
    ledger.when(CancelDelayedTransfer(delivery_id=NO_SUCH_ACT))
    ledger.refused("UNKNOWN_TRANSFER", "ours", {"delivery_id": NO_SUCH_ACT})


def test_the_recipient_can_t_stop_it(ledger: Ledger) -> None:
    given_protection(ledger, "company-a", delay=DAY)
    offer_id = given_sale(ledger)
    before = ledger.tables()
    ledger.when(CancelDelayedTransfer(delivery_id=offer_id), by="company-b")
    ledger.refused("UNKNOWN_TRANSFER", "ours", {"delivery_id": offer_id})
    assert ledger.tables() == before


def test_what_was_delivered_isn_t_stopped(ledger: Ledger) -> None:
    given_protection(ledger, "company-a", delay=DAY)
    offer_id = given_sale(ledger)
    ledger.pass_time(DAY)
    ledger.when(CancelDelayedTransfer(delivery_id=offer_id))
    ledger.refused("UNKNOWN_TRANSFER", "ours", {"delivery_id": offer_id})
