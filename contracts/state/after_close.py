"""What comes back from a transfer that waited while a year closed fares as if it had been there at
the close.  (RB 4.7, 4.11.2, 4.11.4)
"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.marks import Marking
from cfi.contracts.state.moves import unlock
from cfi.contracts.state.retiring import Retiring
from cfi.contracts.state.rows.custody import Lot
from cfi.contracts.state.rows.true_up import CLOSINGS, OBLIGATIONS, Closing, Obligation
from cfi.contracts.state.surrender import Held, Surrender, bar_to_surrender
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import Height, Tonnes, whole_cfis
from cfi.contracts.wire.text import HolderId


def come_back(
    state: StateView, block: BlockContext, holder_id: HolderId, held: Held, sent_at: Height
) -> Changes:
    """Let a lot go that was locked since a height. Of the years that closed since, what is still
    owed is surrendered from it, and what was to be marked is marked.
    """
    draft = Draft(state)
    draft.add(unlock(held.lot, held.account_id))
    # Due work comes first in a block: what was sent in the height of a close was sent after it.
    missed = [row for row in state.closings.of(holder_id).all() if row.closed_at > sent_at]
    if held.lot.instrument is not Instrument.XA or not missed:
        return draft.changes
    for closing in missed:
        _surrender_what_is_owed(draft, block, holder_id, held, closing)
    for closing in missed:
        if closing.year == held.lot.vintage:
            _mark_what_was_missing(draft, holder_id, held, closing)
    return draft.changes


def _surrender_what_is_owed(
    draft: Draft, block: BlockContext, holder_id: HolderId, held: Held, closing: Closing
) -> None:
    """Take what is short from the lot, as far as a retirement account has room and no more than may
    be ended at once: the rest is owed on.
    """
    obligation = draft.state.obligations.of(holder_id).get(number_key(closing.year))
    lot = _rest_of(draft, held)
    assert obligation is not None, "a year closes on its obligation"
    if lot is None:
        return
    surrender = Surrender(holder_id=holder_id, year=closing.year, kinds=(Instrument.XA,))
    part = whole_cfis(min(obligation.short_tonnes, lot.tonnes))
    if part == 0 or bar_to_surrender(lot, surrender) is not None:
        return
    retiring = Retiring(draft.state, block, surrender)
    taken = retiring.take(replace(held, lot=lot), part)
    if taken > 0:
        draft.add(retiring.changes)
        draft.add(Changes.of(put(OBLIGATIONS, holder_id, _with_more(obligation, taken))))


def _with_more(obligation: Obligation, tonnes: Tonnes) -> Obligation:
    return replace(obligation, surrendered_tonnes=Tonnes(obligation.surrendered_tonnes + tonnes))


def _mark_what_was_missing(draft: Draft, holder_id: HolderId, held: Held, closing: Closing) -> None:
    lot = _rest_of(draft, held)
    if lot is None:
        return
    marking = Marking(draft.state, closing)
    marking.mark(replace(held, lot=lot))
    draft.add(Changes.of(marking.changes, put(CLOSINGS, holder_id, marking.closing)))


def _rest_of(draft: Draft, held: Held) -> Lot | None:
    """What is left of the lot; a surrender takes its tail."""
    return draft.state.lots.of(held.account_id).get(held.lot.lot_id)
