"""A second person of the sender approves its transfer."""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import put
from cfi.contracts.state.rows.access import USERS
from cfi.contracts.state.rows.membership import HolderStatus
from cfi.contracts.wire.messages.access.add_user import AddUser
from cfi.contracts.wire.messages.custody.approve_transfer import ApproveTransfer
from cfi.contracts.wire.parties import Level
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import UserId
from tests.contracts.ledger import NOW, Ledger
from tests.contracts.people import key_named, possession_of, user
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


class TestWhoCounts:
    """One person who may add users isn't two people."""

    def raised(self, ledger: Ledger, user_id: str, days_ago: int) -> None:
        found = user(ledger, "company-a", user_id)
        at = Instant(ledger.now - days_ago * DAY)
        ledger.given(put(USERS, "company-a", replace(found, raised_at=at)))

    def test_a_user_added_a_minute_ago_is_no_second_person(
        self, ledger: Ledger, waiting: Hash
    ) -> None:
        puppet = AddUser(
            user_id=UserId("puppet"),
            levels=(Level.SUPER_USER,),
            officer=True,
            key=key_named("puppet"),
            possession=possession_of("puppet", "company-a", "puppet"),
        )
        assert ledger.when(puppet).done
        before = ledger.tables()
        ledger.when(ApproveTransfer(delivery_id=waiting), user="puppet")
        ledger.refused(
            "TOO_NEW_A_USER", "ours", {"user_id": "puppet", "counts_from": NOW + 7 * DAY}
        )
        assert ledger.tables() == before

    def test_nor_does_one_approve_what_such_a_user_began(
        self, ledger: Ledger, waiting: Hash
    ) -> None:
        self.raised(ledger, "company-a-user", 6)
        ledger.when(ApproveTransfer(delivery_id=waiting), user="second")
        ledger.refused(
            "TOO_NEW_A_USER", "ours", {"user_id": "company-a-user", "counts_from": NOW + DAY}
        )

    def test_after_the_programmes_delay_both_count(self, ledger: Ledger, waiting: Hash) -> None:
        self.raised(ledger, "company-a-user", 7)
        self.raised(ledger, "second", 7)
        ledger.when(ApproveTransfer(delivery_id=waiting), user="second")
        ledger.done()
