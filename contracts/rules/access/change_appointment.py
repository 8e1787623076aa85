"""The Exchange changes a user's offices, by two people.  (RB 3.5.9, 3.7)"""

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.people import active_user, require_administrator_left, with_levels
from cfi.contracts.state.rows.access import USERS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.access.change_appointment import ChangeAppointment
from cfi.contracts.wire.parties import Level
from cfi.contracts.wire.refusal import Refusal, require


def change_appointment(
    state: StateView, message: ChangeAppointment, block: BlockContext
) -> Changes:
    """Give the user other levels and offices; a holder keeps an administrator."""
    user = active_user(state, block.holder_id, message.user_id)
    require(
        (*message.levels, *message.roles), Refusal.NO_LEVEL, "RB 3.5.9", user_id=message.user_id
    )
    if Level.ADMINISTRATOR not in message.levels:
        require_administrator_left(state, block.holder_id, without=message.user_id)

    changed = with_levels(user, message.levels, message.roles, block.now, officer=message.officer)
    return Changes.of(put(USERS, block.holder_id, changed))
