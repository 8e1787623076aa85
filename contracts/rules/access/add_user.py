"""An administrator adds a user to its holder.  (RB 2.6.1, 5.3.3)"""

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.people import (
    key_from,
    require_new_key,
    require_room_for_key,
    require_room_for_user,
)
from cfi.contracts.state.rows.access import USERS, User
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.access.add_user import AddUser
from cfi.contracts.wire.refusal import Refusal, require


def add_user(state: StateView, message: AddUser, block: BlockContext) -> Changes:
    """Add the user with its first key."""
    holder_id = block.holder_id
    require(message.levels, Refusal.NO_LEVEL, "RB 5.3.3", user_id=message.user_id)
    require_room_for_user(state, holder_id, message.user_id)
    require_room_for_key(state, holder_id)
    require_new_key(state, block, holder_id, message.user_id, message.key, message.possession)

    user = User(
        user_id=message.user_id,
        levels=message.levels,
        roles=(),
        officer=message.officer,
        active=True,
        limited=False,
        raised_at=block.now,
    )
    return Changes.of(
        put(USERS, holder_id, user),
        key_from(holder_id, message.user_id, message.key, block.now),
    )
