"""RB 2.8, 2.11, 5.3.5: a transfer whose delay has passed."""

from collections.abc import Callable

import pytest

from cfi.contracts.state.changes import drop
from cfi.contracts.state.rows.custody import ACCOUNTS
from cfi.contracts.state.rows.membership import HolderStatus
from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import (
    DAY,
    given_protection,
    given_sale,
    given_status,
    told,
    unlocked,
)


def suspended(ledger: Ledger, _: pytest.MonkeyPatch) -> None:
    given_status(ledger, "company-b", HolderStatus.SUSPENDED)


def terminated(ledger: Ledger, _: pytest.MonkeyPatch) -> None:
    given_status(ledger, "company-b", HolderStatus.TERMINATED)


def full(_: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cfi.contracts.state.view.StateView.has_room", lambda *_: False)


def closed(ledger: Ledger, _: pytest.MonkeyPatch) -> None:
    account = ledger.state.accounts.get("company-b/1")
    assert account is not None
    ledger.given(drop(ACCOUNTS, "company-b/1", account))


def test_it_is_delivered_once(ledger: Ledger) -> None:
    given_protection(ledger, "company-a", delay=DAY)
    given_sale(ledger)
    assert ledger.pass_time(DAY) == 1
    assert ledger.held("company-b/1") == ["XA-2003-0000000701-0000001000"]
    assert ledger.state.deliveries.of("company-a").keys() == []
    assert ledger.pass_time(DAY) == 0


@pytest.mark.parametrize("hindrance", [suspended, terminated, full, closed])
def test_a_recipient_that_can_t_take_it_gets_nothing_and_both_are_told(
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
    hindrance: Callable[[Ledger, pytest.MonkeyPatch], None],
) -> None:
    given_protection(ledger, "company-a", delay=DAY)
    given_sale(ledger)
    hindrance(ledger, monkeypatch)
    ledger.pass_time(DAY)
    assert unlocked(ledger, "company-a/1")
    assert ledger.tonnes("company-a/1") == 1_000
    assert ledger.held("company-b/1") == []
    assert told(ledger, "company-a") == [("UNDELIVERABLE", "company-b")]
    assert told(ledger, "company-b") == [("UNDELIVERABLE", "company-a")]
    assert ledger.state.sales.of("company-a").keys() == []


def test_without_the_second_person_it_ends_thirty_days_after_its_delay(ledger: Ledger) -> None:
    given_protection(ledger, "company-a", delay=DAY, second_approver=True)
    given_sale(ledger)
    assert ledger.pass_time(31 * DAY - 1) == 0
    assert ledger.pass_time(1) == 1
    assert unlocked(ledger, "company-a/1")
    assert told(ledger, "company-b") == [("NOT_APPROVED", "company-a")]


class TestASenderThatIsNoLongerActive:
    @pytest.fixture
    def sold(self, ledger: Ledger) -> Ledger:
        """A sale of company A's that waits a day."""
        given_protection(ledger, "company-a", delay=DAY)
        given_sale(ledger)
        return ledger

    def test_while_it_is_suspended_the_transfer_waits(self, sold: Ledger) -> None:
        given_status(sold, "company-a", HolderStatus.SUSPENDED)
        sold.pass_time(DAY)
        sold.pass_time(10 * DAY)
        assert sold.tonnes("company-b/1") == 0
        assert not unlocked(sold, "company-a/1")
        assert told(sold, "company-b") == []

    def test_it_is_delivered_within_a_day_of_its_reinstatement(self, sold: Ledger) -> None:
        given_status(sold, "company-a", HolderStatus.SUSPENDED)
        sold.pass_time(DAY)
        given_status(sold, "company-a", HolderStatus.ACTIVE)
        assert sold.pass_time(DAY) == 1
        assert sold.tonnes("company-b/1") == 300

    def test_asking_takes_one_piece_of_work_a_day(self, sold: Ledger) -> None:
        given_status(sold, "company-a", HolderStatus.SUSPENDED)
        assert [sold.pass_time(DAY) for _ in range(3)] == [1, 1, 1]

    def test_the_lot_of_a_terminated_sender_goes_back(self, sold: Ledger) -> None:
        given_status(sold, "company-a", HolderStatus.SUSPENDED)
        sold.pass_time(DAY)
        given_status(sold, "company-a", HolderStatus.TERMINATED)
        sold.pass_time(DAY)
        assert unlocked(sold, "company-a/1")
        assert sold.tonnes("company-b/1") == 0
        assert told(sold, "company-a") == [("SENDER_TERMINATED", "company-b")]
        assert told(sold, "company-b") == [("SENDER_TERMINATED", "company-a")]

    def test_a_suspended_senders_transfer_still_lapses(self, ledger: Ledger) -> None:
        given_protection(ledger, "company-a", second_approver=True)
        given_sale(ledger)
        given_status(ledger, "company-a", HolderStatus.SUSPENDED)
        ledger.pass_time(30 * DAY)
        assert told(ledger, "company-b") == [("NOT_APPROVED", "company-a")]
