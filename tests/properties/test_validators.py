"""Whatever acts and offences come, what the engine is told is never fatal to it and never unsafe."""

import random
from collections.abc import Mapping

import pytest

from cfi.contracts.state.notices import NoticeKind
from cfi.contracts.state.validator_power import changed_power, may_change
from cfi.contracts.state.validator_sets import validators_at
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.block import Execution, begin_block, finish_block
from cfi.contracts.transition.dispatch import RULES
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.messages.governance.add_validator import AddValidator
from cfi.contracts.wire.messages.governance.change_validator_power import ChangeValidatorPower
from cfi.contracts.wire.messages.governance.remove_validator import RemoveValidator
from cfi.contracts.wire.messages.governance.rotate_consensus_key import RotateConsensusKey
from cfi.contracts.wire.misbehaviour import Misbehaviour, MisbehaviourKind
from cfi.contracts.wire.quantities import Count, Instant
from cfi.contracts.wire.refusal import RefusedError
from cfi.contracts.wire.text import HolderId
from cfi.contracts.wire.validators import MAX_TOTAL_POWER, Validator, ValidatorSet, address_of
from tests.contracts.ledger import EXCHANGE, NOW, Ledger
from tests.contracts.people import key_named
from tests.contracts.validators import consensus_possession, given_validators
from tests.effort import effort

NAMES = [f"validator {number}" for number in range(8)]
POWERS = (1, 10, 50, 100, 300)
HEIGHTS = 25
DIVISOR = 3


def any_act(chance: random.Random) -> object:
    """An act on the validators, lawful or not."""
    name, other = chance.sample(NAMES, 2)
    power = Count(chance.choice((0, *POWERS)))
    return chance.choice(
        [
            AddValidator(
                key=key_named(name),
                operator=HolderId(EXCHANGE),
                power=power,
                possession=consensus_possession(name),
            ),
            RemoveValidator(key=key_named(name)),
            ChangeValidatorPower(key=key_named(name), power=power),
            RotateConsensusKey(
                key=key_named(name),
                new_key=key_named(other),
                possession=consensus_possession(other),
            ),
        ]
    )


def any_offence(chance: random.Random) -> Misbehaviour:
    """Something that the engine may report."""
    return Misbehaviour(
        chance.choice(list(MisbehaviourKind)),
        address_of(key_named(chance.choice([*NAMES, "stranger"]))),
        10,
        chance.randrange(1, 9),
        Timestamp(seconds=NOW, nanos=0),
        40,
    )


def decided(ledger: Ledger, execution: Execution, chance: random.Random) -> int:
    """Some acts in a block; returns how many were done."""
    done = 0
    for _ in range(chance.randrange(4)):
        message = any_act(chance)
        context = ledger.context(EXCHANGE, "officer-1")
        try:
            execution.overlay.apply(RULES[type(message)](execution.state, message, context))
        except RefusedError:
            continue
        done += 1
    return done


def taken(told: Mapping[bytes, int], updates: tuple[Validator, ...]) -> dict[bytes, int]:
    """The engine's own reckoning, which ends the chain where an update is none."""
    after = dict(told)
    keys = [each.public_key for each in updates]
    assert keys == sorted(set(keys)), "in order, each once"
    for each in updates:
        if each.voting_power:
            assert after.get(each.public_key) != each.voting_power, "nothing new"
            after[each.public_key] = each.voting_power
        else:
            assert after.pop(each.public_key), "only a known one is removed"
    assert after, "never without validators"
    assert sum(after.values()) <= MAX_TOTAL_POWER
    return after


def powers(validators: ValidatorSet) -> dict[bytes, int]:
    return {each.public_key: each.voting_power for each in validators.validators}


@pytest.mark.parametrize("seed", range(effort(sample=20, soak=2_000)))
def test_updates_are_never_fatal_and_never_unsafe(seed: int) -> None:
    chance, ledger = random.Random(seed), Ledger()
    given_validators(ledger, dict.fromkeys(NAMES[:4], 100))
    ledger.store.height = -1
    ledger.seal()
    told = [powers(validators_at(StateView(ledger.store), 1))] * 2
    suspended = [False, False]
    for height in range(1, HEIGHTS):
        offences = [any_offence(chance)] if chance.random() < 0.1 else []
        execution = begin_block(ledger.store, Window(), Instant(NOW), offences)
        before = len(list(execution.state.notices.all()))
        ledger.height = execution.height
        decided(ledger, execution, chance)
        finish_block(execution)
        notices = [NoticeKind(each.kind) for each in StateView(ledger.store).notices.all()]
        ledger.store.seal(execution.overlay)
        told.append(taken(told[-1], execution.validator_updates))
        suspended.append(before > len(notices))
        assert powers(validators_at(StateView(ledger.store), height + 2)) == told[-1]
        if not any(suspended[-2:]):
            safe(ledger, told[-3], told[-1])
            safe(ledger, told[-2], told[-1])


def safe(ledger: Ledger, before: dict[bytes, int], after: dict[bytes, int]) -> None:
    """No more than the share changed from one set to another."""
    rows = StateView(ledger.store).validators.all()
    replaced: dict[bytes, bytes] = {row.key: row.replaces for row in rows if row.replaces}
    assert may_change(changed_power(before, after, replaced), sum(before.values()), DIVISOR)
