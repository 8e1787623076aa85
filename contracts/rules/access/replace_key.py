"""The Exchange replaces a lost key, by two people.  (ours)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.people import (
    active_user,
    key_from,
    require_new_key,
    require_room_for_rotation,
)
from cfi.contracts.state.rows.access import KEYS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.access.replace_key import ReplaceKey
from cfi.contracts.wire.refusal import Refusal, RefusedError


def replace_key(state: StateView, message: ReplaceKey, block: BlockContext) -> Changes:
    """Revoke the lost key and give its user the new one."""
    active_user(state, message.holder_id, message.user_id)
    lost = state.keys.of(message.holder_id).get(message.lost_key)
    if lost is None or lost.user_id != message.user_id:
        raise RefusedError(Refusal.UNKNOWN_KEY, "ours", {"key": message.lost_key})
    require_room_for_rotation(state, message.holder_id)
    require_new_key(
        state, block, message.holder_id, message.user_id, message.new_key, message.possession
    )

    return Changes.of(
        put(KEYS, message.holder_id, replace(lost, revoked=True)),
        key_from(message.holder_id, message.user_id, message.new_key, block.now),
    )
