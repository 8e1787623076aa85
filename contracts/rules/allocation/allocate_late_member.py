"""A Member that enrols late gets the allowances of all years that bind it.  (RB 2.7.1, 4.7)"""

from dataclasses import replace

from cfi.contracts.state.allocation_runs import first_run_over_all
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.filings import member_of, standing_baseline
from cfi.contracts.state.rows.allocation import ALLOCATION_RUNS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.allocation.allocate_late_member import AllocateLateMember
from cfi.contracts.wire.refusal import Refusal, RefusedError, require


def allocate_late_member(
    state: StateView, message: AllocateLateMember, block: BlockContext
) -> Changes:
    """Begin a run for one Member, with the percentage withheld from the others.

    Allowances of years before it enrolled can't be sold.
    """
    member_of(state, message.member)
    standing_baseline(state, message.member)
    require(
        not state.allocations.of(message.member).keys(),
        Refusal.ALREADY_ALLOCATED,
        "RB 4.6",
        member=message.member,
    )
    require(state.holder_has_room(block.holder_id), Refusal.TOO_MANY_RECORDS, "RB 4.6")
    earlier = first_run_over_all(state, block.holder_id)
    if earlier is None:
        raise RefusedError(Refusal.NO_ALLOCATION_RUN, "RB 4.12", {})

    run = replace(
        earlier,
        run_id=block.act_id,
        only=message.member,
        after=None,
        started_at=block.now,
        due_at=block.now,
    )
    return Changes.of(put(ALLOCATION_RUNS, block.holder_id, run), run_id=run.run_id)
