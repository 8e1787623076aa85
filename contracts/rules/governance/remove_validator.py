"""The Exchange removes a validator, by two people.  (ours 0025)"""

from cfi.contracts.state.changes import Changes, drop_public
from cfi.contracts.state.rows.validators import VALIDATORS
from cfi.contracts.state.validator_changes import known_validator, safely
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.governance.remove_validator import RemoveValidator


def remove_validator(state: StateView, message: RemoveValidator, block: BlockContext) -> Changes:
    """Forget the validator, suspended or not; who signs stays safe."""
    validator = known_validator(state, message.key)

    return safely(state, block, message.key, drop_public(VALIDATORS, validator))
