"""A suspension ends by decision.  (RB 2.8)"""

from cfi.contracts.state.changes import Changes
from cfi.contracts.state.people import holder_of
from cfi.contracts.state.rows.membership import HolderStatus, StatusChange
from cfi.contracts.state.standing_changes import with_standing
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.membership.reinstate_holder import ReinstateHolder
from cfi.contracts.wire.refusal import Refusal, require


def reinstate_holder(state: StateView, message: ReinstateHolder, block: BlockContext) -> Changes:
    """Reinstate the holder and tell everybody."""
    holder = holder_of(state, message.holder_id)
    require(
        holder.status is HolderStatus.SUSPENDED,
        Refusal.NOT_SUSPENDED,
        "RB 2.8",
        holder_id=message.holder_id,
    )

    why = StatusChange(
        since=block.now,
        reason=message.reason,
        decision=message.decision,
        under_jurisdiction_until=None,
    )
    return with_standing(state, block, holder, HolderStatus.ACTIVE, why)
