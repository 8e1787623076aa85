"""The close of a year: who is in compliance, and what becomes of what is left.  (RB 4.7, 4.11.2,
4.11.4)
"""

from dataclasses import replace

from cfi.contracts.due.true_up.pieces import Done, go_through, progress
from cfi.contracts.due.true_up.surplus import begin_marks, put_marks
from cfi.contracts.state.changes import NO_CHANGES, Changes, put
from cfi.contracts.state.deliveries import end_donations_of_year
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.late_true_up import let_go
from cfi.contracts.state.lots_in_order import Step, lots_in_order
from cfi.contracts.state.offers import end_offers_of_year
from cfi.contracts.state.retiring import Retiring
from cfi.contracts.state.rows.membership import Holder
from cfi.contracts.state.rows.true_up import (
    OBLIGATIONS,
    SHORTFALLS,
    ComplianceStatus,
    Obligation,
    Place,
    Shortfall,
    TrueUpWork,
)
from cfi.contracts.state.surrender import Surrender, free_to_use
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import TONNES_PER_CFI, Tonnes, Year, whole_cfis


def close_year(state: StateView, holder: Holder, work: TrueUpWork, block: BlockContext) -> Done:
    """Record where a Member stands, report it to the committee if short, and bank what is left;
    its open offers and waiting donations end before anything is taken, and before it is marked.
    """
    obligation = state.obligations.of(holder.holder_id).get(number_key(work.year))
    if obligation is None:
        return NO_CHANGES, None
    if work.progress is not None and work.progress.marking:
        return put_marks(state, work.year, work.progress, block.height)
    draft = Draft(state)
    if work.progress is None:
        _end_what_is_open(draft, holder, work.year, block)
    before = None if work.progress is None else work.progress.place
    after, place = take_what_is_left(draft, holder, obligation, before, block)
    draft.add(Changes.of(put(OBLIGATIONS, holder.holder_id, after)))
    if place is not None:
        return draft.changes, progress(holder.holder_id, place)
    _end_what_is_open(draft, holder, work.year, block)
    draft.add(_judged(holder, after, block))
    draft.add(begin_marks(draft.state, holder.holder_id, after, block))
    begun = progress(holder.holder_id, None, marking=True)
    marked, rest = put_marks(draft.state, work.year, begun, block.height)
    return Changes.of(draft.changes, marked), rest


def _end_what_is_open(draft: Draft, holder: Holder, year: Year, block: BlockContext) -> None:
    draft.add(end_offers_of_year(draft.state, block, holder.holder_id, year))
    draft.add(end_donations_of_year(draft.state, block, holder.holder_id, year))


def take_what_is_left(
    draft: Draft,
    holder: Holder,
    obligation: Obligation,
    before: Place | None,
    block: BlockContext,
) -> tuple[Obligation, Place | None]:
    """A Member that is short banks no allowances: those that it could use are surrendered, as far
    as its retirement accounts have room.
    """
    if obligation.short_tonnes < TONNES_PER_CFI:
        return obligation, None
    surrender = Surrender(holder_id=holder.holder_id, year=obligation.year, kinds=(Instrument.XA,))
    taking = _Taking(Retiring(draft.state, block, surrender), surrender, obligation.short_tonnes)
    steps = lots_in_order(draft.state, holder.holder_id, before, surrender.may_take)
    place = go_through(steps, taking.take, taking.retiring)
    draft.add(taking.retiring.changes)
    taken = Tonnes(obligation.owed_tonnes - taking.short)
    return replace(obligation, surrendered_tonnes=taken), place


class _Taking:
    """What a Member is short, while lot after lot is taken."""

    def __init__(self, retiring: Retiring, surrender: Surrender, short: Tonnes) -> None:
        self.retiring = retiring
        self.short = short
        self._surrender = surrender

    def take(self, step: Step) -> bool:
        """Take what is short of one lot; False once nothing is, or nothing more has room."""
        held = step[1]
        part = whole_cfis(min(self.short, held.lot.tonnes))
        seen = let_go(held.lot, self._surrender.year)
        usable = part > 0 and free_to_use(seen, self._surrender)
        if usable:
            self.short = Tonnes(self.short - self.retiring.take(held, part))
        return self.short >= TONNES_PER_CFI and not self.retiring.full


def _judged(holder: Holder, obligation: Obligation, block: BlockContext) -> Changes:
    """Whether the Member is in compliance; a record for the committee where it isn't.

    Who was out of compliance when the year closed stays so, whatever it delivers later; so does the
    record where a later close of the year finds nothing lacking.
    """
    complies = obligation.reported and obligation.short_tonnes == 0
    if complies and obligation.status is not ComplianceStatus.OUT_OF_COMPLIANCE:
        kept = replace(obligation, status=ComplianceStatus.IN_COMPLIANCE)
        return Changes.of(put(OBLIGATIONS, holder.holder_id, kept))
    failed = replace(obligation, status=ComplianceStatus.OUT_OF_COMPLIANCE)
    if complies:
        return Changes.of(put(OBLIGATIONS, holder.holder_id, failed))
    shortfall = Shortfall(
        year=obligation.year,
        short_tonnes=obligation.short_tonnes,
        reported=obligation.reported,
        at=block.now,
    )
    return Changes.of(
        put(OBLIGATIONS, holder.holder_id, failed), put(SHORTFALLS, holder.holder_id, shortfall)
    )
