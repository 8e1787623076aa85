"""The close of a year: who is in compliance, and what becomes of what is left.  (RB 4.7, 4.11.2,
4.11.4)
"""

from dataclasses import replace

from cfi.contracts.due.true_up.surplus import close_vintage
from cfi.contracts.state.changes import NO_CHANGES, Changes, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.offers import end_offers_of_year
from cfi.contracts.state.rows.membership import Holder
from cfi.contracts.state.rows.true_up import (
    OBLIGATIONS,
    SHORTFALLS,
    ComplianceStatus,
    Obligation,
    Shortfall,
)
from cfi.contracts.state.surrender import Surrender, surrendered, usable_lots
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import TONNES_PER_CFI, Tonnes, Year


def close_year(state: StateView, holder: Holder, year: Year, block: BlockContext) -> Changes:
    """Record where a Member stands, report it to the committee if short, and bank what is left;
    its open offers end first.
    """
    obligation = state.obligations.of(holder.holder_id).get(number_key(year))
    if obligation is None:
        return NO_CHANGES
    draft = Draft(state)
    draft.add(end_offers_of_year(state, block, holder.holder_id, year))
    after = _with_status(take_what_is_left(draft, holder, obligation, block))
    draft.add(Changes.of(put(OBLIGATIONS, holder.holder_id, after)))
    if after.status is ComplianceStatus.OUT_OF_COMPLIANCE:
        shortfall = Shortfall(
            year=year,
            holder_id=holder.holder_id,
            short_tonnes=after.short_tonnes,
            reported=after.reported,
            at=block.now,
        )
        draft.add(Changes.of(put(SHORTFALLS, block.holder_id, shortfall)))
    draft.add(close_vintage(draft.state, holder.holder_id, after))
    return draft.changes


def take_what_is_left(
    draft: Draft, holder: Holder, obligation: Obligation, block: BlockContext
) -> Obligation:
    """A Member that is short banks no allowances: those that it could use are surrendered."""
    surrender = Surrender(holder_id=holder.holder_id, year=obligation.year, kinds=(Instrument.XA,))
    short = obligation.short_tonnes
    for held in usable_lots(draft.state, surrender) if short else ():
        part = min(short, held.lot.tonnes)
        part = Tonnes(part - part % TONNES_PER_CFI)
        if part > 0:
            draft.add(surrendered(draft.state, block, held, part, surrender))
            short = Tonnes(short - part)
    return replace(obligation, surrendered_tonnes=Tonnes(obligation.owed_tonnes - short))


def _with_status(obligation: Obligation) -> Obligation:
    """Who was out of compliance when the year closed stays so, whatever it delivers later."""
    missed = obligation.status is ComplianceStatus.OUT_OF_COMPLIANCE
    kept = obligation.reported and obligation.short_tonnes == 0 and not missed
    status = ComplianceStatus.IN_COMPLIANCE if kept else ComplianceStatus.OUT_OF_COMPLIANCE
    return replace(obligation, status=status)
