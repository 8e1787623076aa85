"""A second person of the sender approves its transfer."""

import pytest

from cfi.contracts.state.rows.membership import HolderStatus
from cfi.contracts.wire.messages.custody.approve_transfer import ApproveTransfer
from cfi.contracts.wire.schema import Hash
from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import (
    DAY,
    NO_SUCH_ACT,
    given_protection,
    given_sale,
    given_status,
    told,
    unlocked,
)


@pytest.fixture
def waiting(ledger: Ledger) -> Hash:
    """A sale that waits a day and for a second person; `second` is one."""
    ledger.given_user("company-a", "second")
    given_protection(ledger, "company-a", delay=DAY, second_approver=True)
    return given_sale(ledger)


class TestWhatApprovalDoes:
    def test_before_the_delay_has_passed_it_still_waits(
        self, ledger: Ledger, waiting: Hash
    ) -> None:
        ledger.when(ApproveTransfer(delivery_id=waiting), user="second")
        ledger.done()
        assert ledger.tonnes("company-b/1") == 0
        assert ledger.pass_time(DAY) == 1
        assert ledger.tonnes("company-b/1") == 300

    def test_after_the_delay_it_delivers(self, ledger: Ledger, waiting: Hash) -> None:
        ledger.pass_time(DAY)
        ledger.when(ApproveTransfer(delivery_id=waiting), user="second")
        assert ledger.tonnes("company-b/1") == 300
        assert ledger.state.deliveries.of("company-a").keys() == []

    def test_a_recipient_that_can_t_take_it_by_then_gets_nothing(
        self, ledger: Ledger, waiting: Hash
    ) -> None:
        ledger.pass_time(DAY)
        given_status(ledger, "company-b", HolderStatus.SUSPENDED)
        ledger.when(ApproveTransfer(delivery_id=waiting), user="second")
        ledger.done()
        assert unlocked(ledger, "company-a/1")
        assert told(ledger, "company-b") == [("UNDELIVERABLE", "company-a")]


def test_nobody_approves_what_one_began(ledger: Ledger, waiting: Hash) -> None:
    before = ledger.tables()
    ledger.when(ApproveTransfer(delivery_id=waiting))
    ledger.refused("SAME_PERSON", "ours", {"delivery_id": waiting})
    assert ledger.tables() == before


def test_it_is_approved_once(ledger: Ledger, waiting: Hash) -> None:
    ledger.when(ApproveTransfer(delivery_id=waiting), user="second")
    ledger.when(ApproveTransfer(delivery_id=waiting), user="second")
    ledger.refused("ALREADY_APPROVED", "ours", {"delivery_id": waiting})


def test_a_transfer_that_isn_t_there_is_unknown(ledger: Ledger) -> None:
    ledger.when(ApproveTransfer(delivery_id=NO_SUCH_ACT))
    ledger.refused("UNKNOWN_TRANSFER", "ours", {"delivery_id": NO_SUCH_ACT})


def test_another_s_transfer_answers_like_none(ledger: Ledger, waiting: Hash) -> None:
    ledger.when(ApproveTransfer(delivery_id=waiting), by="company-b")
    ledger.refused("UNKNOWN_TRANSFER", "ours", {"delivery_id": waiting})
