"""RB 3.5.9, 3.7: the Exchange changes the offices of a user."""

from dataclasses import replace

import pytest

from cfi.contracts.wire.messages.access.change_appointment import ChangeAppointment
from cfi.contracts.wire.parties import Level, Role
from cfi.contracts.wire.text import UserId
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.people import given_plain_user, user
from tests.contracts.refusals import refuses

HOLDER = EXCHANGE
ADMINISTRATOR = UserId("officer-1")
LAWFUL = ChangeAppointment(
    user_id=UserId("second"), levels=(Level.ACCOUNTING,), roles=(Role.CLEARING,), officer=True
)


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """The holder has a second user, who may only look."""
    given_plain_user(ledger, HOLDER, "second")
    ledger.given_user(EXCHANGE, "officer-2", levels=())
    return ledger


def test_the_user_has_other_levels(ledger: Ledger) -> None:
    ledger.when(LAWFUL, by=HOLDER)
    ledger.done()
    changed = user(ledger, HOLDER, "second")
    assert (changed.levels, changed.officer) == ((Level.ACCOUNTING,), True)
    assert changed.roles == (Role.CLEARING,)


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
    answer = ("NO_LEVEL", "RB 3.5.9", {"user_id": "second"})
    refuses(ledger, replace(LAWFUL, levels=(), roles=()), answer, by=HOLDER)


def test_the_last_administrator_stays_one(ledger: Ledger) -> None:
    answer = ("LAST_ADMINISTRATOR", "RB 5.3.3", {"user_id": ADMINISTRATOR})
    refuses(ledger, replace(LAWFUL, user_id=ADMINISTRATOR), answer, by=HOLDER)


@pytest.mark.parametrize(
    ("roles", "more"), [((Role.CLEARING,), True), ((), False)], ids=["more", "no more"]
)
def test_an_office_more_counts_from_now_on(
    ledger: Ledger, roles: tuple[Role, ...], more: bool
) -> None:
    ledger.when(
        replace(LAWFUL, levels=(Level.VIEW_ONLY,), roles=roles, officer=False), by=HOLDER
    )
    assert user(ledger, HOLDER, "second").raised_at == (ledger.now if more else 0)
