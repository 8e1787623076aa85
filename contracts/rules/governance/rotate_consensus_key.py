"""The Exchange lets a validator sign with another key, by two people.  (ours 0025)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, drop_public, put_public
from cfi.contracts.state.rows.validators import VALIDATORS
from cfi.contracts.state.validator_changes import (
    known_validator,
    require_new_consensus_key,
    safely,
)
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.governance.rotate_consensus_key import RotateConsensusKey


def rotate_consensus_key(
    state: StateView, message: RotateConsensusKey, block: BlockContext
) -> Changes:
    """Seat the new key with the old one's power, in its place."""
    validator = known_validator(state, message.key)
    require_new_consensus_key(state, block, validator.operator, message.new_key, message.possession)

    rotated = replace(validator, key=message.new_key, replaces=message.key)
    return safely(
        state,
        block,
        message.key,
        drop_public(VALIDATORS, validator),
        put_public(VALIDATORS, rotated),
    )
