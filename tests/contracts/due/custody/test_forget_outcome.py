"""What a holder was told is kept for ninety days."""

from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import DAY, given_offer, told


def test_it_is_kept_and_then_forgotten(ledger: Ledger) -> None:
    given_offer(ledger)
    ledger.pass_time(7 * DAY)
    ledger.pass_time(90 * DAY - 1)
    assert told(ledger, "company-a") == [("EXPIRED", "company-b")]
    assert ledger.pass_time(1) == 1
    assert told(ledger, "company-a") == []
