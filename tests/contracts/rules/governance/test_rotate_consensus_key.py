"""A validator signs with another key from the next height but one, at equal power."""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import put_public
from cfi.contracts.state.rows.validators import VALIDATORS
from cfi.contracts.wire.messages.governance.rotate_consensus_key import RotateConsensusKey
from cfi.contracts.wire.schema import Signature
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.people import key_named
from tests.contracts.refusals import Answer, Change, case, refuses
from tests.contracts.validators import consensus_possession, powers, record

LAWFUL = RotateConsensusKey(
    key=key_named("one"), new_key=key_named("new"), possession=consensus_possession("new")
)


def test_the_new_key_stands_in_for_the_old_one(validators: Ledger) -> None:
    assert validators.when_both(LAWFUL).done
    assert powers(validators, "one", "new", "two") == {"new": 100, "two": 100}
    row = validators.state.validators.get(key_named("new"))
    assert row == replace(record("new", 100), replaces=key_named("one"))


def test_a_suspended_one_stays_suspended(validators: Ledger) -> None:
    validators.given(put_public(VALIDATORS, record("suspended", 0)))
    assert validators.when(replace(LAWFUL, key=key_named("suspended")), EXCHANGE).done
    assert powers(validators, "new") == {}


def test_the_power_that_changes_keys_counts_once(validators: Ledger) -> None:
    assert validators.when(LAWFUL, EXCHANGE).done
    again = RotateConsensusKey(
        key=key_named("two"), new_key=key_named("newer"), possession=consensus_possession("newer")
    )
    refuses(
        validators,
        again,
        ("POWER_CHANGES_TOO_FAST", "ours", {"changed_power": 200, "total_power": 400}),
        by=EXCHANGE,
    )


NEW, TWO = key_named("new"), key_named("two")
REFUSALS = [
    case(
        "an unknown one is refused",
        {"key": key_named("stranger")},
        "UNKNOWN_VALIDATOR",
        "ours",
        key=key_named("stranger"),
    ),
    case(
        "the new key is shown to be the operator's",
        {"possession": Signature(bytes(64))},
        "NO_PROOF_OF_POSSESSION",
        "ours",
        key=NEW,
    ),
    case(
        "the new key is no validator's",
        {"new_key": TWO, "possession": consensus_possession("two")},
        "VALIDATOR_EXISTS",
        "ours",
        key=TWO,
    ),
    case(
        "nor is it the old one",
        {"new_key": LAWFUL.key, "possession": consensus_possession("one")},
        "VALIDATOR_EXISTS",
        "ours",
        key=LAWFUL.key,
    ),
]


@pytest.mark.parametrize(("change", "answer"), REFUSALS)
def test_refusal(validators: Ledger, change: Change, answer: Answer) -> None:
    refuses(validators, replace(LAWFUL, **change), answer, by=EXCHANGE)
