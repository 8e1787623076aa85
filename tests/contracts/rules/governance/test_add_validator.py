"""A validator is added by two people, with proof of its key, never too much power at once."""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import put_public
from cfi.contracts.state.notices import NoticeKind
from cfi.contracts.state.rows.validators import VALIDATORS
from cfi.contracts.wire.limits import MAX_VALIDATORS
from cfi.contracts.wire.messages.governance.add_validator import AddValidator
from cfi.contracts.wire.messages.membership.suspend_holder import SuspendHolder
from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.schema import Hash, Signature
from cfi.contracts.wire.text import HolderId, Text
from cfi.contracts.wire.validators import MAX_TOTAL_POWER
from tests.contracts.ledger import EXCHANGE, Ledger
from tests.contracts.people import key_named
from tests.contracts.refusals import Answer, Change, case, refuses
from tests.contracts.validators import (
    consensus_possession,
    given_validators,
    powers,
    record,
)

LAWFUL = AddValidator(
    key=key_named("five"),
    operator=HolderId(EXCHANGE),
    power=Count(100),
    possession=consensus_possession("five"),
)


def test_it_is_seated_and_everybody_is_told(validators: Ledger) -> None:
    assert validators.when_both(LAWFUL).done
    assert powers(validators, "one", "five") == {"one": 100, "five": 100}
    assert validators.state.validators.get(key_named("five")) == record("five", 100)
    (notice,) = validators.state.notices.all()
    assert (NoticeKind(notice.kind), notice.subject) == (
        NoticeKind.VALIDATORS_CHANGED,
        key_named("five").hex(),
    )


def test_another_holder_may_run_it(validators: Ledger) -> None:
    message = replace(
        LAWFUL,
        operator=HolderId("company-a"),
        possession=consensus_possession("five", "company-a"),
    )
    assert validators.when(message, EXCHANGE).done


def test_a_third_of_the_power_and_no_more(validators: Ledger) -> None:
    most = replace(LAWFUL, power=Count(133))
    refuses(
        validators,
        replace(LAWFUL, power=Count(134)),
        ("POWER_CHANGES_TOO_FAST", "ours", {"changed_power": 134, "total_power": 400}),
        by=EXCHANGE,
    )
    assert validators.when(most, EXCHANGE).done


def test_acts_of_one_block_count_together(validators: Ledger) -> None:
    assert validators.when(LAWFUL, EXCHANGE).done
    another = replace(
        LAWFUL, key=key_named("six"), power=Count(34), possession=consensus_possession("six")
    )
    refuses(
        validators,
        another,
        ("POWER_CHANGES_TOO_FAST", "ours", {"changed_power": 134, "total_power": 400}),
        by=EXCHANGE,
    )
    assert validators.when(replace(another, power=Count(33)), EXCHANGE).done


def test_the_share_is_a_parameter(validators: Ledger) -> None:
    validators.parameter("validator_change_divisor", 1)
    assert validators.when(replace(LAWFUL, power=Count(400)), EXCHANGE).done


def test_all_together_have_an_eighth_of_64_bits_at_most(ledger: Ledger) -> None:
    most = 2**53
    given_validators(ledger, {f"validator {number}": most for number in range(127)})
    left = MAX_TOTAL_POWER - 127 * most
    assert ledger.when(replace(LAWFUL, power=Count(left)), EXCHANGE).done
    another = replace(
        LAWFUL, key=key_named("six"), power=Count(1), possession=consensus_possession("six")
    )
    answer = ("POWER_TOO_LARGE", "ours", {"total_power": MAX_TOTAL_POWER + 1})
    refuses(ledger, another, answer, by=EXCHANGE)


def test_there_are_so_many_at_most(validators: Ledger) -> None:
    for number in range(MAX_VALIDATORS - 4):
        validators.given(put_public(VALIDATORS, record(f"suspended {number}", 0)))
    answer = ("TOO_MANY_VALIDATORS", "ours", {"validators": MAX_VALIDATORS})
    refuses(validators, LAWFUL, answer, by=EXCHANGE)


def test_its_operator_is_active(validators: Ledger) -> None:
    why = SuspendHolder(
        holder_id=HolderId("company-a"), reason=Text("fees"), decision=Hash(bytes(32))
    )
    validators.when(why, EXCHANGE)
    message = replace(LAWFUL, operator=HolderId("company-a"))
    answer = ("HOLDER_NOT_ACTIVE", "ours", {"operator": "company-a"})
    refuses(validators, message, answer, by=EXCHANGE)


FIVE = key_named("five")
ONE = key_named("one")
REFUSALS = [
    case(
        "its operator is known",
        {"operator": HolderId("nobody")},
        "UNKNOWN_HOLDER",
        "ours",
        operator="nobody",
    ),
    case("it has power", {"power": Count(0)}, "NO_POWER", "ours", power=0),
    case(
        "its key is shown to be its own",
        {"possession": Signature(bytes(64))},
        "NO_PROOF_OF_POSSESSION",
        "ours",
        key=FIVE,
    ),
    case(
        "the proof is for this operator",
        {"operator": HolderId("company-a")},
        "NO_PROOF_OF_POSSESSION",
        "ours",
        key=FIVE,
    ),
    case(
        "the proof is for this chain",
        {"possession": consensus_possession("five", chain_id="sim-other")},
        "NO_PROOF_OF_POSSESSION",
        "ours",
        key=FIVE,
    ),
    case(
        "it is none yet",
        {"key": ONE, "possession": consensus_possession("one")},
        "VALIDATOR_EXISTS",
        "ours",
        key=ONE,
    ),
]


@pytest.mark.parametrize(("change", "answer"), REFUSALS)
def test_refusal(validators: Ledger, change: Change, answer: Answer) -> None:
    refuses(validators, replace(LAWFUL, **change), answer, by=EXCHANGE)
