"""RB 5.3.5: an offer that nobody accepted in time."""

from cfi.contracts.wire.text import HolderId
from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import DAY, given_offer, given_sale, told, unlocked


def test_it_stands_until_its_instant(ledger: Ledger) -> None:
    given_offer(ledger)
    assert ledger.pass_time(7 * DAY - 1) == 0
    assert not unlocked(ledger, "company-a/1")


def test_then_the_lot_is_free_and_the_seller_told(ledger: Ledger) -> None:
    given_offer(ledger)
    assert ledger.pass_time(7 * DAY) == 1
    assert unlocked(ledger, "company-a/1")
    assert ledger.tonnes("company-a/1") == 1_000
    assert ledger.state.offers.of("company-a").keys() == []
    assert ledger.state.incoming_offers.of("company-b").keys() == []
    assert told(ledger, "company-a") == [("EXPIRED", "company-b")]
    assert told(ledger, "company-b") == []


def test_an_offer_to_nobody_expires_alike(ledger: Ledger) -> None:
    given_offer(ledger, buyer=HolderId("nobody"))
    ledger.pass_time(7 * DAY)
    assert unlocked(ledger, "company-a/1")
    assert told(ledger, "company-a") == [("EXPIRED", "nobody")]


def test_an_accepted_offer_doesn_t_expire(ledger: Ledger) -> None:
    given_sale(ledger)
    assert ledger.pass_time(7 * DAY) == 0
