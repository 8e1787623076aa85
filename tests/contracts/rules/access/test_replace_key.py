"""The Exchange replaces a lost key, by two people."""

from dataclasses import replace

import pytest

from cfi.contracts.transition.authorise import live_signer
from cfi.contracts.wire.messages.access.replace_key import ReplaceKey
from cfi.contracts.wire.schema import Signature
from cfi.contracts.wire.text import HolderId, UserId
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.people import given_key, given_plain_user, key_named, possession_of
from tests.contracts.refusals import Answer, Change, case, refuses
from tests.contracts.room import fill

LAWFUL = ReplaceKey(
    holder_id=HolderId("company-a"),
    user_id=UserId("company-a-user"),
    lost_key=key_named("lost"),
    new_key=key_named("new"),
    possession=possession_of("new", "company-a", "company-a-user"),
)


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """The user has lost a key."""
    given_plain_user(ledger, "company-a", "second")
    given_key(ledger, "company-a", "company-a-user", "lost")
    given_key(ledger, "company-a", "second", "others")
    return ledger


@pytest.mark.parametrize("revoked", [False, True])
def test_the_new_key_takes_the_lost_ones_place(ledger: Ledger, revoked: bool) -> None:
    given_key(ledger, "company-a", "company-a-user", "lost", revoked=revoked)
    assert ledger.when_both(LAWFUL).done
    assert live_signer(ledger.state, key_named("lost"), ledger.now) is None
    assert live_signer(ledger.state, key_named("new"), ledger.now) is not None


REFUSALS = [
    case(
        "a lost key is the user's",
        {"lost_key": key_named("others")},
        "UNKNOWN_KEY",
        "ours",
        key=key_named("others"),
    ),
    case(
        "a lost key is there",
        {"lost_key": key_named("none")},
        "UNKNOWN_KEY",
        "ours",
        key=key_named("none"),
    ),
    case(
        "the user is there",
        {"user_id": UserId("nobody")},
        "UNKNOWN_USER",
        "RB 5.3.3",
        user_id="nobody",
    ),
    case(
        "the holder is there",
        {"holder_id": HolderId("nobody")},
        "UNKNOWN_USER",
        "RB 5.3.3",
        user_id="company-a-user",
    ),
    case(
        "the new key is proved",
        {"possession": Signature(bytes(64))},
        "NO_PROOF_OF_POSSESSION",
        "RB 5.3.3",
        key=key_named("new"),
    ),
]


@pytest.mark.parametrize(("change", "answer"), REFUSALS)
def test_refusal(ledger: Ledger, change: Change, answer: Answer) -> None:
    refuses(ledger, replace(LAWFUL, **change), answer, by=EXCHANGE)


def test_a_full_holder_takes_a_key_in_anothers_place(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ledger, "company-a", monkeypatch)
    assert ledger.when_both(LAWFUL).done


def test_once_what_is_kept_for_safety_is_used_up_there_is_none(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ledger, "company-a", monkeypatch, for_safety=0)
    answer = ("TOO_MANY_RECORDS", "RB 5.3.3", {"holder_id": "company-a"})
    refuses(ledger, LAWFUL, answer, by=EXCHANGE)
