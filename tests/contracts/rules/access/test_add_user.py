"""RB 2.6.1, 5.3.3: an administrator adds a user."""

from dataclasses import replace
from typing import Any

import pytest

from cfi.contracts.wire import limits
from cfi.contracts.wire.messages.access.add_user import AddUser
from cfi.contracts.wire.parties import Level
from cfi.contracts.wire.schema import Signature
from cfi.contracts.wire.text import UserId
from tests.contracts.ledger import Ledger
from tests.contracts.people import given_key, key_named, live_keys, possession_of, user
from tests.contracts.refusals import Answer, Change, case, refuses

LAWFUL = AddUser(
    user_id=UserId("trader-1"),
    levels=(Level.TRADER,),
    officer=False,
    key=key_named("first"),
    possession=possession_of("first", "company-a", "trader-1"),
)


class TestWhatAddingDoes:
    def test_the_user_is_there_with_its_key(self, ledger: Ledger) -> None:
        ledger.when(LAWFUL)
        ledger.done()
        added = user(ledger, "company-a", "trader-1")
        assert (added.levels, added.roles, added.active) == ((Level.TRADER,), (), True)
        assert live_keys(ledger, "company-a", "trader-1") == [key_named("first")]


def unproved(sentence: str, possession: Signature) -> Any:
    return case(
        sentence,
        {"possession": possession},
        "NO_PROOF_OF_POSSESSION",
        "RB 5.3.3",
        key=key_named("first"),
    )


REFUSALS = [
    case("a user may do something", {"levels": ()}, "NO_LEVEL", "RB 5.3.3", user_id="trader-1"),
    case(
        "an id is one user's for ever",
        {"user_id": UserId("company-a-user")},
        "USER_EXISTS",
        "RB 5.3.3",
        user_id="company-a-user",
    ),
    unproved("a key is proved", Signature(bytes(64))),
    unproved("not for another user", possession_of("first", "company-a", "trader-2")),
    unproved("not for another holder", possession_of("first", "company-b", "trader-1")),
    unproved("not for another chain", possession_of("first", "company-a", "trader-1", "sim-b")),
    unproved("not by another key", possession_of("second", "company-a", "trader-1")),
]


@pytest.mark.parametrize(("change", "answer"), REFUSALS)
def test_refusal(ledger: Ledger, change: Change, answer: Answer) -> None:
    refuses(ledger, replace(LAWFUL, **change), answer)


@pytest.mark.parametrize("holder", ["company-a", "company-b"])
@pytest.mark.parametrize("revoked", [False, True])
def test_a_key_belongs_to_one_user_for_ever(ledger: Ledger, holder: str, revoked: bool) -> None:
    given_key(ledger, holder, f"{holder}-user", "first", revoked=revoked)
    refuses(ledger, LAWFUL, ("KEY_IN_USE", "RB 5.3.3", {"key": key_named("first")}))


def test_a_holder_has_so_many_users(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cfi.contracts.state.people.MAX_USERS_PER_HOLDER", 2)
    ledger.given_user("company-a", "second")
    refuses(ledger, LAWFUL, ("TOO_MANY_USERS", "RB 5.3.3", {"users": 2}))
    assert limits.MAX_USERS_PER_HOLDER == 256


def test_a_holder_has_so_many_records(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cfi.contracts.state.view.MAX_ROWS_PER_OWNER", 3)
    refuses(ledger, LAWFUL, ("TOO_MANY_RECORDS", "RB 5.3.3", {"holder_id": "company-a"}))
