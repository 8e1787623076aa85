"""RB 3.5.9, 3.7: two people appoint a user of the Exchange."""

from dataclasses import replace

import pytest

from cfi.contracts.wire.messages.access.appoint_user import AppointUser
from cfi.contracts.wire.parties import Level, Role
from cfi.contracts.wire.schema import Signature
from cfi.contracts.wire.text import UserId
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.people import given_key, key_named, live_keys, possession_of, user
from tests.contracts.refusals import Answer, Change, case, refuses

LAWFUL = AppointUser(
    user_id=UserId("clerk-1"),
    levels=(),
    roles=(Role.CLEARING,),
    officer=False,
    key=key_named("first"),
    possession=possession_of("first", EXCHANGE, "clerk-1"),
)


class TestWhatAppointingDoes:
    @pytest.mark.parametrize(
        ("levels", "roles"), [((), (Role.CLEARING,)), ((Level.ADMINISTRATOR,), ())]
    )
    def test_the_user_has_its_offices(
        self, ledger: Ledger, levels: tuple[Level, ...], roles: tuple[Role, ...]
    ) -> None:
        assert ledger.when_both(replace(LAWFUL, levels=levels, roles=roles)).done
        added = user(ledger, EXCHANGE, "clerk-1")
        assert (added.levels, added.roles) == (levels, roles)
        assert live_keys(ledger, EXCHANGE, "clerk-1") == [key_named("first")]


REFUSALS = [
    case("a user has an office", {"roles": ()}, "NO_LEVEL", "RB 3.5.9", user_id="clerk-1"),
    case(
        "an id is one user's for ever",
        {"user_id": UserId("officer-2")},
        "USER_EXISTS",
        "RB 5.3.3",
        user_id="officer-2",
    ),
    case(
        "a key is proved",
        {"possession": Signature(bytes(64))},
        "NO_PROOF_OF_POSSESSION",
        "RB 5.3.3",
        key=key_named("first"),
    ),
]


@pytest.mark.parametrize(("change", "answer"), REFUSALS)
def test_refusal(ledger: Ledger, change: Change, answer: Answer) -> None:
    refuses(ledger, replace(LAWFUL, **change), answer, by=EXCHANGE)


def test_a_key_belongs_to_one_user_for_ever(ledger: Ledger) -> None:
    given_key(ledger, "company-a", "company-a-user", "first")
    answer = ("KEY_IN_USE", "RB 5.3.3", {"key": key_named("first")})
    refuses(ledger, LAWFUL, answer, by=EXCHANGE)
