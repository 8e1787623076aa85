"""The Exchange limits a trader.  (RB 2.6.1)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.people import active_user
from cfi.contracts.state.rows.access import USERS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.access.limit_user import LimitUser


def limit_user(state: StateView, message: LimitUser, block: BlockContext) -> Changes:
    """Take the user's trading away, or give it back."""
    user = active_user(state, message.holder_id, message.user_id)

    return Changes.of(put(USERS, message.holder_id, replace(user, limited=message.limited)))
