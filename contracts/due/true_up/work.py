"""The work of a true-up's stage, one holder a piece.  (RB 4.7)"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from cfi.contracts.due.true_up.claims import claim_offsets
from cfi.contracts.due.true_up.close import close_year
from cfi.contracts.due.true_up.cut import cut_offsets
from cfi.contracts.due.true_up.limits import fix_limits
from cfi.contracts.due.true_up.obligation import notify_obligation
from cfi.contracts.due.true_up.pieces import Piece
from cfi.contracts.due.true_up.settlement import settle_holder
from cfi.contracts.state.changes import Changes, drop, put, put_public
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.rows.membership import Holder
from cfi.contracts.state.rows.true_up import TRUE_UP_WORK, TRUE_UPS, Stage, TrueUpWork, Work
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext

_PIECES: Final[Mapping[Work, Piece]] = MappingProxyType(
    {
        Work.OBLIGATIONS: notify_obligation,
        Work.CLAIMS: claim_offsets,
        Work.SETTLEMENT: settle_holder,
        Work.CLOSE: close_year,
    }
)


def do_true_up_work(state: StateView, work: TrueUpWork, block: BlockContext) -> Changes:
    """Do a piece of the work for the next holder, or go on to the next work when all are done. All
    of it is dated when it began, however many blocks it takes.
    """
    if work.work is Work.CUT:
        draft = Draft(state)
        draft.add(fix_limits(state, work.year, block))
        draft.add(cut_offsets(draft.state, work.year, block))
        return Changes.of(draft.changes, _next_work(work, Work.SETTLEMENT))
    holder = _next_holder(state, work)
    if holder is None:
        return _finished(state, work)
    dated = replace(block, now=work.since)
    changes, progress = _PIECES[work.work](state, holder, work, dated)
    after = work.after if progress is not None else holder.holder_id
    return Changes.of(
        changes, put(TRUE_UP_WORK, work.exchange, replace(work, after=after, progress=progress))
    )


def _next_holder(state: StateView, work: TrueUpWork) -> Holder | None:
    if work.progress is not None:
        return state.holders.get(work.progress.holder_id)
    holder_id = state.next_holder_id(work.after)
    return None if holder_id is None else state.holders.get(holder_id)


def _finished(state: StateView, work: TrueUpWork) -> Changes:
    if work.work is Work.CLAIMS:
        return _next_work(work, Work.CUT)
    true_up = state.true_ups.get(number_key(work.year))
    assert true_up is not None, "work belongs to a true-up"
    match work.work:
        case Work.OBLIGATIONS:
            after = replace(true_up, due_at=true_up.elections_at)
        case Work.SETTLEMENT:
            after = replace(true_up, due_at=true_up.cure_at)
        case _:
            after = replace(true_up, stage=Stage.CLOSED)
    return Changes.of(drop(TRUE_UP_WORK, work.exchange, work), put_public(TRUE_UPS, after))


def _next_work(work: TrueUpWork, following: Work) -> Changes:
    return Changes.of(put(TRUE_UP_WORK, work.exchange, replace(work, work=following, after=None)))
