"""A validator is removed by two people, never the last one, never too much power at once."""

from dataclasses import replace

from cfi.contracts.state.changes import put_public
from cfi.contracts.state.rows.validators import VALIDATORS
from cfi.contracts.wire.messages.governance.remove_validator import RemoveValidator
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.people import key_named
from tests.contracts.refusals import refuses
from tests.contracts.validators import given_validators, powers, record

LAWFUL = RemoveValidator(key=key_named("one"))


def test_it_is_gone(validators: Ledger) -> None:
    assert validators.when_both(LAWFUL).done
    assert powers(validators, "one", "two") == {"two": 100}
    assert validators.state.validators.get(key_named("one")) is None


def test_so_is_a_suspended_one_whose_power_was_gone(validators: Ledger) -> None:
    validators.given(put_public(VALIDATORS, record("suspended", 0)))
    assert validators.when(RemoveValidator(key=key_named("suspended")), EXCHANGE).done
    assert validators.state.validators.get(key_named("suspended")) is None


def test_not_two_of_four_at_once(validators: Ledger) -> None:
    assert validators.when(LAWFUL, EXCHANGE).done
    refuses(
        validators,
        replace(LAWFUL, key=key_named("two")),
        ("POWER_CHANGES_TOO_FAST", "ours", {"changed_power": 200, "total_power": 400}),
        by=EXCHANGE,
    )


def test_never_the_last_one(ledger: Ledger) -> None:
    given_validators(ledger, {"one": 10})
    refuses(ledger, LAWFUL, ("LAST_VALIDATOR", "ours", {"key": LAWFUL.key}), by=EXCHANGE)


def test_an_unknown_one_is_refused(validators: Ledger) -> None:
    stranger = key_named("stranger")
    answer = ("UNKNOWN_VALIDATOR", "ours", {"key": stranger})
    refuses(validators, RemoveValidator(key=stranger), answer, by=EXCHANGE)
