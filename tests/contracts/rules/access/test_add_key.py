"""RB 5.3.3: a user adds a key of its own."""

from dataclasses import replace

import pytest

from cfi.contracts.transition.authorise import live_signer
from cfi.contracts.wire.messages.access.add_key import AddKey
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import Signature
from tests.contracts.ledger import NOW, Ledger
from tests.contracts.people import given_key, key_named, possession_of
from tests.contracts.refusals import Answer, Change, case, refuses

HOUR = 3_600
LAWFUL = AddKey(
    key=key_named("new"),
    possession=possession_of("new", "company-a", "company-a-user"),
    valid_from=None,
    valid_to=None,
)


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "hours_from_now", "lives"),
    [
        pytest.param(None, None, 0, True, id="at once"),
        pytest.param(None, None, 99_999, True, id="for good"),
        pytest.param(1, None, 0, False, id="not before its time"),
        pytest.param(1, None, 1, True, id="from its time on"),
        pytest.param(None, 2, 1, True, id="until its end"),
        pytest.param(None, 2, 2, False, id="not at its end"),
    ],
)
def test_when_a_key_lives(
    ledger: Ledger,
    valid_from: int | None,
    valid_to: int | None,
    hours_from_now: int,
    lives: bool,
) -> None:
    start = None if valid_from is None else Instant(NOW + valid_from * HOUR)
    end = None if valid_to is None else Instant(NOW + valid_to * HOUR)
    ledger.when(replace(LAWFUL, valid_from=start, valid_to=end))
    ledger.done()
    then = Instant(NOW + hours_from_now * HOUR)
    assert (live_signer(ledger.state, key_named("new"), then) is not None) is lives


REFUSALS = [
    case(
        "a key is proved",
        {"possession": Signature(bytes(64))},
        "NO_PROOF_OF_POSSESSION",
        "RB 5.3.3",
        key=key_named("new"),
    ),
    case(
        "it can't end now",
        {"valid_to": NOW},
        "NO_VALIDITY",
        "RB 5.3.3",
        valid_to=NOW,
    ),
    case(
        "it can't end before it begins",
        {"valid_from": Instant(NOW + 2), "valid_to": Instant(NOW + 2)},
        "NO_VALIDITY",
        "RB 5.3.3",
        valid_to=NOW + 2,
    ),
]


@pytest.mark.parametrize(("change", "answer"), REFUSALS)
def test_refusal(ledger: Ledger, change: Change, answer: Answer) -> None:
    refuses(ledger, replace(LAWFUL, **change), answer)


def test_a_key_belongs_to_one_user_for_ever(ledger: Ledger) -> None:
    given_key(ledger, "company-b", "company-b-user", "new", revoked=True)
    refuses(ledger, LAWFUL, ("KEY_IN_USE", "RB 5.3.3", {"key": key_named("new")}))


def test_a_user_has_so_many_live_keys(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cfi.contracts.state.people.MAX_KEYS_PER_USER", 1)
    given_key(ledger, "company-a", "company-a-user", "gone", revoked=True)
    ledger.when(LAWFUL)
    ledger.done()
    second = replace(
        LAWFUL,
        key=key_named("second"),
        possession=possession_of("second", "company-a", "company-a-user"),
    )
    refuses(ledger, second, ("TOO_MANY_KEYS", "RB 5.3.3", {"keys": 1}))


@pytest.mark.parametrize("most", [1, 16])
def test_the_keys_looked_through_are_paid_for(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("cfi.contracts.state.people.MAX_KEYS_PER_USER", most)
    for number in range(60):
        revoked = number > 0
        given_key(ledger, "company-a", "company-a-user", f"old {number}", revoked=revoked)
    assert ledger.when(LAWFUL).done == (most > 1)
    assert ledger.gas == 2
