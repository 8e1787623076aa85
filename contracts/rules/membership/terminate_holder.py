"""A membership or participation is terminated by decision, by two people.  (RB 2.8, 2.11)"""

from cfi.contracts.figures.business_days import months_after
from cfi.contracts.state.changes import Changes
from cfi.contracts.state.parameters import value_of
from cfi.contracts.state.people import holder_of
from cfi.contracts.state.rows.membership import HolderStatus, StatusChange
from cfi.contracts.state.standing_changes import with_standing
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.membership.terminate_holder import TerminateHolder
from cfi.contracts.wire.refusal import Refusal, require


def terminate_holder(state: StateView, message: TerminateHolder, block: BlockContext) -> Changes:
    """End it and tell everybody; the holder stays under jurisdiction for six months."""
    holder = holder_of(state, message.holder_id)
    require(
        holder.status is not HolderStatus.TERMINATED,
        Refusal.HOLDER_NOT_ACTIVE,
        "RB 2.11",
        holder_id=message.holder_id,
    )

    months = value_of(state, "jurisdiction_months", block.height)
    why = StatusChange(
        since=block.now,
        reason=message.reason,
        decision=message.decision,
        under_jurisdiction_until=months_after(block.now, months),
    )
    return with_standing(state, block, holder, HolderStatus.TERMINATED, why)
