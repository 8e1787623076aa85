"""RB 2.6.1: the Exchange stops a transfer that waits."""

import pytest

from cfi.contracts.state.rows.membership import HolderStatus
from cfi.contracts.wire.messages.custody.stop_transfer import StopTransfer
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId, Text
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.rules.custody.market import (
    DAY,
    NO_SUCH_ACT,
    donation,
    given_protection,
    given_sale,
    given_status,
    told,
    unlocked,
)


@pytest.fixture
def waiting(ledger: Ledger) -> Hash:
    """A sale of company A's that waits a day."""
    given_protection(ledger, "company-a", delay=DAY)
    return given_sale(ledger)


def stop(
    delivery_id: Hash, sender: str = "company-a", reason: str = "a stolen key"
) -> StopTransfer:
    return StopTransfer(sender=HolderId(sender), delivery_id=delivery_id, reason=Text(reason))


class TestWhatStoppingDoes:
    def test_the_lot_goes_back_and_both_are_told_why(self, ledger: Ledger, waiting: Hash) -> None:
        ledger.when(stop(waiting), EXCHANGE)
        ledger.done()
        assert unlocked(ledger, "company-a/1")
        assert ledger.tonnes("company-a/1") == 1_000
        assert told(ledger, "company-a") == [("STOPPED", "company-b")]
        assert told(ledger, "company-b") == [("STOPPED", "company-a")]
        for holder_id in ("company-a", "company-b"):
            (outcome,) = ledger.state.outcomes.of(holder_id).all()
            assert outcome.reason == "a stolen key"

    def test_nothing_is_delivered_afterwards(self, ledger: Ledger, waiting: Hash) -> None:
        ledger.when(stop(waiting), EXCHANGE)
        assert ledger.pass_time(2 * DAY) == 0
        assert ledger.tonnes("company-b/1") == 0

    def test_a_suspended_senders_too(self, ledger: Ledger, waiting: Hash) -> None:
        given_status(ledger, "company-a", HolderStatus.SUSPENDED)
        ledger.pass_time(3 * DAY)
        ledger.when(stop(waiting), EXCHANGE)
        ledger.done()
        assert unlocked(ledger, "company-a/1")

    def test_a_donation_too(self, ledger: Ledger) -> None:
        given_protection(ledger, "company-a", delay=DAY)
        receipt = ledger.when(donation())
        ledger.when(stop(receipt.act_id), EXCHANGE)
        assert told(ledger, "charity") == [("STOPPED", "company-a")]


@pytest.mark.parametrize("sender", ["company-a", "company-b", "nobody"])
def test_a_transfer_that_isn_t_there_is_unknown(ledger: Ledger, sender: str) -> None:
    ledger.when(stop(NO_SUCH_ACT, sender), EXCHANGE)
    ledger.refused("UNKNOWN_TRANSFER", "RB 2.6.1", {"delivery_id": NO_SUCH_ACT})


def test_it_is_its_senders(ledger: Ledger, waiting: Hash) -> None:
    before = ledger.tables()
    ledger.when(stop(waiting, "company-b"), EXCHANGE)
    ledger.refused("UNKNOWN_TRANSFER", "RB 2.6.1", {"delivery_id": waiting})
    assert ledger.tables() == before


def test_a_reason_is_given(ledger: Ledger, waiting: Hash) -> None:
    before = ledger.tables()
    ledger.when(stop(waiting, reason=""), EXCHANGE)
    ledger.refused("NO_REASON_GIVEN", "RB 2.6.1", {"delivery_id": waiting})
    assert ledger.tables() == before
