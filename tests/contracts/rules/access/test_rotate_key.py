"""RB 5.3.3: a user replaces a key of its own."""

from dataclasses import replace

import pytest

from cfi.contracts.transition.authorise import live_signer
from cfi.contracts.wire.messages.access.add_key import AddKey
from cfi.contracts.wire.messages.access.rotate_key import RotateKey
from cfi.contracts.wire.schema import Signature
from tests.contracts.ledger import Ledger
from tests.contracts.people import given_key, given_plain_user, key_named, possession_of
from tests.contracts.refusals import Answer, Change, case, refuses
from tests.contracts.room import fill

LAWFUL = RotateKey(
    old_key=key_named("old"),
    new_key=key_named("new"),
    possession=possession_of("new", "company-a", "company-a-user"),
)
ANOTHER = AddKey(
    key=key_named("more"),
    possession=possession_of("more", "company-a", "company-a-user"),
    valid_from=None,
    valid_to=None,
)


def rotating(old: str, new: str) -> RotateKey:
    possession = possession_of(new, "company-a", "company-a-user")
    return RotateKey(old_key=key_named(old), new_key=key_named(new), possession=possession)


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """The user has the key `old`; `others` is a colleague's, `foreign` another holder's."""
    given_plain_user(ledger, "company-a", "second")
    given_key(ledger, "company-a", "company-a-user", "old")
    given_key(ledger, "company-a", "company-a-user", "gone", revoked=True)
    given_key(ledger, "company-a", "second", "others")
    given_key(ledger, "company-b", "company-b-user", "foreign")
    return ledger


def test_the_new_key_speaks_for_the_user_and_the_old_for_nobody(ledger: Ledger) -> None:
    ledger.when(LAWFUL)
    ledger.done()
    signer = live_signer(ledger.state, key_named("new"), ledger.now)
    assert signer is not None
    assert signer.user.user_id == "company-a-user"
    assert live_signer(ledger.state, key_named("old"), ledger.now) is None


def test_a_user_with_all_its_keys_may_still_rotate(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cfi.contracts.state.people.MAX_KEYS_PER_USER", 1)
    ledger.when(LAWFUL)
    ledger.done()


class TestFullRecords:
    def test_a_user_may_still_rotate_but_not_add_a_key(
        self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(ledger, "company-a", monkeypatch)
        full = ("TOO_MANY_RECORDS", "RB 5.3.3", {"holder_id": "company-a"})
        refuses(ledger, ANOTHER, full)
        ledger.when(LAWFUL)
        ledger.done()

    def test_as_often_as_rows_are_kept_for_it(
        self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(ledger, "company-a", monkeypatch, for_safety=2)
        names = ("old", "first", "second", "third")
        rotations = [rotating(*names[at : at + 2]) for at in range(3)]
        for each in rotations[:2]:
            ledger.when(each)
            ledger.done()
        full = ("TOO_MANY_RECORDS", "RB 5.3.3", {"holder_id": "company-a"})
        refuses(ledger, rotations[2], full)


REFUSALS = [
    case(
        f"{sentence} is no key to rotate",
        {"old_key": key_named(name)},
        code,
        "RB 5.3.3",
        key=key_named(name),
    )
    for sentence, name, code in (
        ("one that isn't there", "none", "UNKNOWN_KEY"),
        ("a colleague's", "others", "UNKNOWN_KEY"),
        ("another holder's", "foreign", "UNKNOWN_KEY"),
        ("a revoked one", "gone", "KEY_REVOKED"),
    )
]
REFUSALS += [
    case(
        f"the new key can't be {sentence}",
        {
            "new_key": key_named(name),
            "possession": possession_of(name, "company-a", "company-a-user"),
        },
        "KEY_IN_USE",
        "RB 5.3.3",
        key=key_named(name),
    )
    for sentence, name in (
        ("the old one", "old"),
        ("one revoked before", "gone"),
        ("a colleague's", "others"),
        ("another holder's", "foreign"),
    )
]
REFUSALS += [
    case(
        f"the proof can't be {sentence}",
        {"possession": possession},
        "NO_PROOF_OF_POSSESSION",
        "RB 5.3.3",
        key=key_named("new"),
    )
    for sentence, possession in (
        ("nothing", Signature(bytes(64))),
        ("by the old key", possession_of("old", "company-a", "company-a-user")),
        ("for a colleague", possession_of("new", "company-a", "second")),
        ("for another holder", possession_of("new", "company-b", "company-a-user")),
        ("for another chain", possession_of("new", "company-a", "company-a-user", "sim-b")),
    )
]


@pytest.mark.parametrize(("change", "answer"), REFUSALS)
def test_refusal(ledger: Ledger, change: Change, answer: Answer) -> None:
    refuses(ledger, replace(LAWFUL, **change), answer)


def test_a_removed_users_key_stays_its_own(ledger: Ledger) -> None:
    ledger.when(replace(LAWFUL))
    taken = possession_of("old", "company-a", "company-a-user")
    again = RotateKey(old_key=key_named("new"), new_key=key_named("old"), possession=taken)
    refuses(ledger, again, ("KEY_IN_USE", "RB 5.3.3", {"key": key_named("old")}))
