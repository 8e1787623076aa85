"""An administrator changes what a user may do.  (RB 2.6.1, 5.3.3)"""

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.people import active_user, require_administrator_left, with_levels
from cfi.contracts.state.rows.access import USERS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.access.change_user import ChangeUser
from cfi.contracts.wire.parties import Level
from cfi.contracts.wire.refusal import Refusal, require


def change_user(state: StateView, message: ChangeUser, block: BlockContext) -> Changes:
    """Give the user other levels; a holder keeps an administrator."""
    user = active_user(state, block.holder_id, message.user_id)
    require(message.levels, Refusal.NO_LEVEL, "RB 5.3.3", user_id=message.user_id)
    if Level.ADMINISTRATOR not in message.levels:
        require_administrator_left(state, block.holder_id, without=message.user_id)

    changed = with_levels(user, message.levels, user.roles, block.now, officer=message.officer)
    return Changes.of(put(USERS, block.holder_id, changed))
