"""What every act that changes the validators keeps.  (ours 0025)"""

from cfi.contracts.state.changes import Changes, Operation
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.notices import NoticeKind, notify
from cfi.contracts.state.parameters import value_of
from cfi.contracts.state.rows.validators import ValidatorRecord
from cfi.contracts.state.validator_power import changed_power, may_change
from cfi.contracts.state.validator_sets import seated, validators_at
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.possession import proves_consensus_key
from cfi.contracts.wire.refusal import Refusal, RefusedError, require
from cfi.contracts.wire.schema import PublicKey, Signature
from cfi.contracts.wire.text import HolderId
from cfi.contracts.wire.validators import MAX_TOTAL_POWER, ValidatorSet


def known_validator(state: StateView, key: PublicKey) -> ValidatorRecord:
    """A validator, suspended or not; refuses UNKNOWN_VALIDATOR."""
    validator = state.validators.get(key)
    if validator is None:
        raise RefusedError(Refusal.UNKNOWN_VALIDATOR, "ours", {"key": key})
    return validator


def require_new_consensus_key(
    state: StateView,
    block: BlockContext,
    operator: HolderId,
    key: PublicKey,
    possession: Signature,
) -> None:
    """Refuse a key that its operator doesn't prove to have, or that is a validator's already."""
    require(
        proves_consensus_key(block.chain_id, operator, key, possession),
        Refusal.NO_PROOF_OF_POSSESSION,
        "ours",
        key=key,
    )
    require(state.validators.get(key) is None, Refusal.VALIDATOR_EXISTS, "ours", key=key)


def safely(
    state: StateView, block: BlockContext, key: PublicKey, *operations: Operation
) -> Changes:
    """Change the validators and tell everybody; refuses what would leave none, too much power, or a
    set that differs too much from those of the last two heights.
    """
    draft = Draft(state)
    draft.add(Changes.of(*operations))
    after = seated(draft.state)
    require(after.validators, Refusal.LAST_VALIDATOR, "ours", key=key)
    total = after.total_power
    require(total <= MAX_TOTAL_POWER, Refusal.POWER_TOO_LARGE, "ours", total_power=total)
    replaced: dict[bytes, bytes] = {
        row.key: row.replaces for row in draft.state.validators.all() if row.replaces is not None
    }
    divisor = value_of(state, "validator_change_divisor", block.height)
    # This block's set follows that of the height before, and with it makes two heights' change.
    for height in (block.height, block.height + 1):
        before = validators_at(state, height)
        changed = changed_power(_powers(before), _powers(after), replaced)
        require(
            may_change(changed, before.total_power, divisor),
            Refusal.POWER_CHANGES_TOO_FAST,
            "ours",
            changed_power=changed,
            total_power=before.total_power,
        )

    return Changes.of(draft.changes, notify(state, block, NoticeKind.VALIDATORS_CHANGED, key.hex()))


def _powers(validators: ValidatorSet) -> dict[bytes, int]:
    return {each.public_key: each.voting_power for each in validators.validators}
