"""An open offer hides nothing from the close of a year."""

import pytest

from cfi.contracts.state.rows.custody import Restriction
from cfi.contracts.state.rows.true_up import Stage
from cfi.contracts.wire.quantities import Instant, Tonnes
from cfi.contracts.wire.text import HolderId
from tests.contracts.rules.custody.market import (
    DAY,
    given_offer,
    given_standing,
    told,
    unlocked,
)
from tests.contracts.true_up import TrueUpLedger


@pytest.mark.parametrize("buyer", ["company-b", "nobody"])
def test_what_was_offered_is_marked_like_the_rest(true_up: TrueUpLedger, buyer: str) -> None:
    ledger = true_up.ledger
    member = true_up.member("company-a", 10_000_000)
    true_up.allocated(member, 2003)
    true_up.emitted(member, 2003, 9_500_000)
    true_up.reaches(2003, Stage.CURE)
    (left,) = ledger.lots("company-a/1")
    given_standing(ledger, member, until=ledger.now + 360 * DAY)
    given_offer(
        ledger,
        lot_id=left.lot_id,
        tonnes=Tonnes(left.tonnes),
        buyer=HolderId(buyer),
        expires_at=Instant(ledger.now + 90 * DAY),
    )

    true_up.reaches(2003, Stage.CLOSED)

    assert unlocked(ledger, "company-a/1")
    assert told(ledger, member) == [("YEAR_CLOSED", buyer)]
    assert true_up.marked(member, 2003, Restriction.SUPER_REDUCTION) == 100_000
    assert true_up.marked(member, 2003, Restriction.SPECIAL_RESERVE) == 175_000


def test_an_offer_of_a_later_vintage_stands(true_up: TrueUpLedger) -> None:
    ledger = true_up.ledger
    member = true_up.member("company-a", 10_000_000)
    true_up.allocated(member, 2003)
    true_up.emitted(member, 2003, 9_500_000)
    true_up.reaches(2003, Stage.CURE)
    later = ledger.given_lot("company-a/1", 1_000, 2005)
    given_standing(ledger, member, until=ledger.now + 360 * DAY)
    given_offer(ledger, lot_id=later, expires_at=Instant(ledger.now + 90 * DAY))
    true_up.reaches(2003, Stage.CLOSED)
    assert not unlocked(ledger, "company-a/1")
