"""A year is trued up for one Member by itself, after others.  (RB 2.7.1, 4.7, 6.5.6; ours 0037)"""

from dataclasses import replace

from cfi.contracts.due.true_up.close import close_year, take_what_is_left
from cfi.contracts.due.true_up.obligation import obligation_anew
from cfi.contracts.figures.schedule import may_sell
from cfi.contracts.state.changes import Changes, drop, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.late_true_up import HELD_FOR_ITS_YEAR
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.custody import LOTS, Restriction
from cfi.contracts.state.rows.membership import Holder
from cfi.contracts.state.rows.true_up import LATE_TRUE_UPS, OBLIGATIONS, LateTrueUp, Stage
from cfi.contracts.state.surrender import held_lots
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import SECONDS_PER_DAY, Instant, Year, small_code


def true_up_late(state: StateView, late: LateTrueUp, block: BlockContext) -> Changes:
    """Take what the Member owes for the year from its allowances, then close the year for it.

    While it is short it may deliver the rest until the year's late close. It waits for the others'
    close.
    """
    true_up = state.true_ups.get(number_key(late.year))
    assert true_up is not None, "only a year on the calendar can be late"
    if true_up.stage is not Stage.CLOSED:
        return _again(late, Instant(block.now + SECONDS_PER_DAY))
    holder = state.holders.get(late.holder_id)
    assert holder is not None, "a Member stays a holder"
    draft = Draft(state)
    draft.add(_released(state, holder, late.year))
    owed = obligation_anew(state, holder, late.year)
    obligation = take_what_is_left(draft, holder, owed, block)
    draft.add(Changes.of(put(OBLIGATIONS, holder.holder_id, obligation)))
    if obligation.short_tonnes and block.now < late.closes_at:
        draft.add(_again(late, late.closes_at))
    else:
        draft.add(close_year(draft.state, holder, late.year, block))
        draft.add(Changes.of(drop(LATE_TRUE_UPS, holder.holder_id, late)))
    return draft.changes


def _again(late: LateTrueUp, at: Instant) -> Changes:
    return Changes.of(put(LATE_TRUE_UPS, late.holder_id, replace(late, due_at=at)))


def _released(state: StateView, holder: Holder, year: Year) -> Changes:
    """The allowances held for the year can be used for it; those of years before the Member
    enrolled still can't be sold.  (RB 2.7.1)
    """
    baseline = state.baselines.get(holder.holder_id)
    assert baseline is not None, "who is allocated to has a baseline"
    sellable = may_sell(terms_of(state), baseline.first_year, year)
    left = small_code(Restriction.NONE if sellable else Restriction.NO_SALE)
    released = [
        put(LOTS, held.account_id, replace(held.lot, restrictions=left))
        for held in held_lots(state, holder.holder_id)
        if held.lot.instrument is Instrument.XA
        and held.lot.vintage == year
        and held.lot.restrictions == HELD_FOR_ITS_YEAR
    ]
    return Changes.of(*released)
