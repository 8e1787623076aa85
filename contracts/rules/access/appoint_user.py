"""The Exchange appoints a user, by two people.  (RB 3.5.9, 3.7)"""

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
from cfi.contracts.wire.messages.access.appoint_user import AppointUser
from cfi.contracts.wire.refusal import Refusal, require


def appoint_user(state: StateView, message: AppointUser, block: BlockContext) -> Changes:
    """Add the user with its offices and its first key."""
    exchange = block.holder_id
    granted = (*message.levels, *message.roles)
    require(granted, Refusal.NO_LEVEL, "RB 3.5.9", user_id=message.user_id)
    require_room_for_user(state, exchange, message.user_id)
    require_room_for_key(state, exchange)
    require_new_key(state, block, exchange, message.user_id, message.key, message.possession)

    user = User(
        user_id=message.user_id,
        levels=message.levels,
        roles=message.roles,
        officer=message.officer,
        active=True,
        limited=False,
        raised_at=block.now,
    )
    return Changes.of(
        put(USERS, exchange, user),
        key_from(exchange, message.user_id, message.key, block.now),
    )
