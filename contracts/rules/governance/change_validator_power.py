"""The Exchange changes a validator's power, by two people.  (ours 0025)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put_public
from cfi.contracts.state.rows.validators import VALIDATORS
from cfi.contracts.state.validator_changes import known_validator, safely
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.governance.change_validator_power import ChangeValidatorPower
from cfi.contracts.wire.refusal import Refusal, require


def change_validator_power(
    state: StateView, message: ChangeValidatorPower, block: BlockContext
) -> Changes:
    """Give the validator its new power, which ends a suspension; who signs stays safe."""
    validator = known_validator(state, message.key)
    require(message.power > 0, Refusal.NO_POWER, "ours", power=message.power)

    changed = replace(validator, power=message.power)
    return safely(state, block, message.key, put_public(VALIDATORS, changed))
