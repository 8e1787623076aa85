"""A year is trued up for one Member by itself, after others.  (RB 2.7.1, 4.7, 6.5.6; ours 0037)"""

from dataclasses import replace

from cfi.contracts.due.true_up.close import close_year, take_what_is_left
from cfi.contracts.due.true_up.obligation import obligation_anew
from cfi.contracts.due.true_up.pieces import progress
from cfi.contracts.state.changes import Changes, drop, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.rows.membership import Holder
from cfi.contracts.state.rows.true_up import (
    LATE_TRUE_UPS,
    OBLIGATIONS,
    LateStep,
    LateTrueUp,
    Obligation,
    Stage,
    TrueUpWork,
    Work,
)
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.quantities import SECONDS_PER_DAY, Instant


def true_up_late(state: StateView, late: LateTrueUp, block: BlockContext) -> Changes:
    """Take what the Member owes for the year from its allowances, then close the year for it: a
    piece of it, dated when the first was done.

    While it is short it may deliver the rest until the year's late close. It waits for the others'
    close.
    """
    true_up = state.true_ups.get(number_key(late.year))
    assert true_up is not None, "only a year on the calendar can be late"
    if true_up.stage is not Stage.CLOSED:
        return _put(replace(late, due_at=Instant(block.now + SECONDS_PER_DAY)))
    holder = state.holders.get(late.holder_id)
    assert holder is not None, "a Member stays a holder"
    begun = late.progress is not None
    dated = replace(late, due_at=late.due_at if begun else block.now)
    work = _take if late.step is LateStep.TAKE else _close
    return work(state, holder, dated, replace(block, now=dated.due_at))


def _put(late: LateTrueUp) -> Changes:
    return Changes.of(put(LATE_TRUE_UPS, late.holder_id, late))


def _take(state: StateView, holder: Holder, late: LateTrueUp, block: BlockContext) -> Changes:
    """Take what is owed; a Member that is then short has until the late close."""
    draft = Draft(state)
    before = None if late.progress is None else late.progress.place
    owed = _owed(state, holder, late)
    after, place = take_what_is_left(draft, holder, owed, before, block)
    draft.add(Changes.of(put(OBLIGATIONS, holder.holder_id, after)))
    if place is not None:
        draft.add(_put(replace(late, progress=progress(holder.holder_id, place))))
    elif after.short_tonnes and block.now < late.closes_at:
        draft.add(_put(replace(late, due_at=late.closes_at, progress=None)))
    else:
        following = replace(late, step=LateStep.CLOSE, progress=None)
        draft.add(_close(draft.state, holder, following, block))
    return draft.changes


def _owed(state: StateView, holder: Holder, late: LateTrueUp) -> Obligation:
    """What the Member owes, worked out when the work begins."""
    if late.progress is None:
        return obligation_anew(state, holder, late.year)
    owed = state.obligations.of(holder.holder_id).get(number_key(late.year))
    assert owed is not None, "the first piece worked it out"
    return owed


def _close(state: StateView, holder: Holder, late: LateTrueUp, block: BlockContext) -> Changes:
    """Close the year as it closes for all; then it isn't late any more."""
    work = TrueUpWork(
        year=late.year,
        exchange=block.holder_id,
        work=Work.CLOSE,
        after=None,
        since=block.now,
        progress=late.progress,
    )
    changes, so_far = close_year(state, holder, work, block)
    if so_far is None:
        return Changes.of(changes, drop(LATE_TRUE_UPS, holder.holder_id, late))
    return Changes.of(changes, _put(replace(late, progress=so_far)))
