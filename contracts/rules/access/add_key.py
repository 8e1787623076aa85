"""A user adds a key of its own.  (RB 5.3.3)"""

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.people import require_few_keys, require_new_key, require_room_for_key
from cfi.contracts.state.rows.access import KEYS, UserKey
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.access.add_key import AddKey
from cfi.contracts.wire.refusal import Refusal, require


def add_key(state: StateView, message: AddKey, block: BlockContext) -> Changes:
    """Add the key; it may be valid from later on and until some time."""
    valid_from = block.now if message.valid_from is None else message.valid_from
    require(
        message.valid_to is None or max(block.now, valid_from) < message.valid_to,
        Refusal.NO_VALIDITY,
        "RB 5.3.3",
        valid_to=message.valid_to,
    )
    require_room_for_key(state, block.holder_id)
    require_new_key(state, block, block.holder_id, block.signer, message.key, message.possession)
    gas = require_few_keys(state, block.holder_id, block.signer)

    key = UserKey(
        key=message.key,
        user_id=block.signer,
        valid_from=valid_from,
        valid_to=message.valid_to,
        revoked=False,
    )
    return Changes.of(put(KEYS, block.holder_id, key)).costing(gas)
