"""A validator's power changes by two people; a suspended one comes back so, and only so."""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import put_public
from cfi.contracts.state.rows.validators import VALIDATORS
from cfi.contracts.wire.messages.governance.change_validator_power import ChangeValidatorPower
from cfi.contracts.wire.quantities import Count
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.people import key_named
from tests.contracts.refusals import Answer, Change, case, refuses
from tests.contracts.validators import powers, record

LAWFUL = ChangeValidatorPower(key=key_named("one"), power=Count(200))


@pytest.mark.parametrize("power", [1, 200, 233])
def test_it_has_its_new_power(validators: Ledger, power: int) -> None:
    assert validators.when_both(replace(LAWFUL, power=Count(power))).done
    assert powers(validators, "one", "two") == {"one": power, "two": 100}


def test_a_suspended_one_comes_back(validators: Ledger) -> None:
    validators.given(put_public(VALIDATORS, record("suspended", 0)))
    message = ChangeValidatorPower(key=key_named("suspended"), power=Count(50))
    assert validators.when(message, EXCHANGE).done
    assert powers(validators, "suspended") == {"suspended": 50}


REFUSALS = [
    case(
        "an unknown one is refused",
        {"key": key_named("stranger")},
        "UNKNOWN_VALIDATOR",
        "ours",
        key=key_named("stranger"),
    ),
    case("no power is no validator", {"power": Count(0)}, "NO_POWER", "ours", power=0),
    case(
        "a third at once at most",
        {"power": Count(234)},
        "POWER_CHANGES_TOO_FAST",
        "ours",
        changed_power=134,
        total_power=400,
    ),
]


@pytest.mark.parametrize(("change", "answer"), REFUSALS)
def test_refusal(validators: Ledger, change: Change, answer: Answer) -> None:
    refuses(validators, replace(LAWFUL, **change), answer, by=EXCHANGE)
