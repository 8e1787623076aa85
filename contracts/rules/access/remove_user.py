"""An administrator removes a user, for good.  (RB 2.6.1, 5.3.3)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.people import active_user, require_administrator_left
from cfi.contracts.state.rows.access import USERS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.access.remove_user import RemoveUser


def remove_user(state: StateView, message: RemoveUser, block: BlockContext) -> Changes:
    """Take the user's access away; its id and keys stay its own for ever."""
    user = active_user(state, block.holder_id, message.user_id)
    require_administrator_left(state, block.holder_id, without=message.user_id)

    return Changes.of(put(USERS, block.holder_id, replace(user, active=False)))
