"""A user replaces a key of its own.  (RB 5.3.3)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.people import (
    key_from,
    own_key,
    require_new_key,
    require_room_for_rotation,
)
from cfi.contracts.state.rows.access import KEYS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.access.rotate_key import RotateKey


def rotate_key(state: StateView, message: RotateKey, block: BlockContext) -> Changes:
    """Revoke the old key and take the new one, at once, also where the records are full."""
    old = own_key(state, block, message.old_key)
    require_room_for_rotation(state, block.holder_id)
    require_new_key(
        state, block, block.holder_id, block.signer, message.new_key, message.possession
    )

    return Changes.of(
        put(KEYS, block.holder_id, replace(old, revoked=True)),
        key_from(block.holder_id, block.signer, message.new_key, block.now),
    )
