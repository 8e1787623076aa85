"""The Exchange adds a validator, by two people.  (ours 0025)"""

from cfi.contracts.state.changes import Changes, put_public
from cfi.contracts.state.rows.membership import HolderStatus
from cfi.contracts.state.rows.validators import VALIDATORS, ValidatorRecord
from cfi.contracts.state.validator_changes import require_new_consensus_key, safely
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_VALIDATORS
from cfi.contracts.wire.messages.governance.add_validator import AddValidator
from cfi.contracts.wire.refusal import Refusal, RefusedError, require


def add_validator(state: StateView, message: AddValidator, block: BlockContext) -> Changes:
    """Seat the validator with its power; who signs stays safe."""
    holder = state.holders.get(message.operator)
    if holder is None:
        raise RefusedError(Refusal.UNKNOWN_HOLDER, "ours", {"operator": message.operator})
    require(
        holder.status is HolderStatus.ACTIVE,
        Refusal.HOLDER_NOT_ACTIVE,
        "ours",
        operator=message.operator,
    )
    require(message.power > 0, Refusal.NO_POWER, "ours", power=message.power)
    require_new_consensus_key(state, block, message.operator, message.key, message.possession)
    known = len(state.rows.public_keys(VALIDATORS.tag))
    require(known < MAX_VALIDATORS, Refusal.TOO_MANY_VALIDATORS, "ours", validators=known)

    validator = ValidatorRecord(
        key=message.key, operator=message.operator, power=message.power, replaces=None
    )
    return safely(state, block, message.key, put_public(VALIDATORS, validator))
