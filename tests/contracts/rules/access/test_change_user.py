"""RB 2.6.1, 5.3.3: an administrator changes a user."""

from dataclasses import replace

import pytest

from cfi.contracts.wire.messages.access.change_user import ChangeUser
from cfi.contracts.wire.parties import Level
from cfi.contracts.wire.text import UserId
from tests.contracts.ledger import Ledger
from tests.contracts.people import given_plain_user, user
from tests.contracts.refusals import refuses

HOLDER = "company-a"
ADMINISTRATOR = UserId("company-a-user")
LAWFUL = ChangeUser(user_id=UserId("second"), levels=(Level.ACCOUNTING,), officer=True)


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """The holder has a second user, who may only look."""
    given_plain_user(ledger, HOLDER, "second")
    return ledger


def test_the_user_has_other_levels(ledger: Ledger) -> None:
    ledger.when(LAWFUL, by=HOLDER)
    ledger.done()
    changed = user(ledger, HOLDER, "second")
    assert (changed.levels, changed.officer) == ((Level.ACCOUNTING,), True)
    assert changed.roles == ()


def test_another_administrator_may_take_over(ledger: Ledger) -> None:
    ledger.when(replace(LAWFUL, levels=(Level.ADMINISTRATOR,)), by=HOLDER)
    ledger.done()
    ledger.when(replace(LAWFUL, user_id=ADMINISTRATOR), by=HOLDER)
    ledger.done()


def test_a_user_that_isn_t_there_is_unknown(ledger: Ledger) -> None:
    for name in ("nobody", "company-b-user"):
        answer = ("UNKNOWN_USER", "RB 5.3.3", {"user_id": name})
        refuses(ledger, replace(LAWFUL, user_id=UserId(name)), answer, by=HOLDER)


def test_a_user_may_do_something(ledger: Ledger) -> None:
    answer = ("NO_LEVEL", "RB 5.3.3", {"user_id": "second"})
    refuses(ledger, replace(LAWFUL, levels=()), answer, by=HOLDER)


def test_the_last_administrator_stays_one(ledger: Ledger) -> None:
    answer = ("LAST_ADMINISTRATOR", "RB 5.3.3", {"user_id": ADMINISTRATOR})
    refuses(ledger, replace(LAWFUL, user_id=ADMINISTRATOR), answer, by=HOLDER)


class TestSinceWhenAUserCounts:
    """What a user may do more, it may since the change."""

    @pytest.mark.parametrize(
        ("levels", "officer", "more"),
        [
            ((Level.VIEW_ONLY,), False, False),
            ((Level.VIEW_ONLY, Level.SUPER_USER), False, True),
            ((Level.ACCOUNTING,), False, True),
            ((Level.VIEW_ONLY,), True, True),
        ],
    )
    def test_being_allowed_more_begins_it_anew(
        self, ledger: Ledger, levels: tuple[Level, ...], officer: bool, more: bool
    ) -> None:
        before = user(ledger, HOLDER, "second").raised_at
        ledger.when(replace(LAWFUL, levels=levels, officer=officer), by=HOLDER)
        assert user(ledger, HOLDER, "second").raised_at == (ledger.now if more else before)

    def test_being_allowed_less_doesn_t(self, ledger: Ledger) -> None:
        ledger.given_user(HOLDER, "third")
        less = replace(LAWFUL, user_id=UserId("third"), levels=(Level.TRADER,), officer=False)
        ledger.when(less, by=HOLDER)
        assert user(ledger, HOLDER, "third").raised_at == 0
