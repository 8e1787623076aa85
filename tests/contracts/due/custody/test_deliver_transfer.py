"""RB 5.3.5: a transfer whose delay has passed."""

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
