"""The settlement: what each Member chose is retired, as far as it owes and the limits allow; the
rest goes back to it.  (RB 4.7, 4.11.5, 12.4)
"""

from dataclasses import replace

from cfi.contracts.figures.offset_cap import usable_kinds
from cfi.contracts.state.changes import NO_CHANGES, Changes, drop, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.moves import unlock
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.custody import Lot, Restriction, RetirementReason
from cfi.contracts.state.rows.membership import Holder
from cfi.contracts.state.rows.true_up import ELECTIONS, OBLIGATIONS, OFFSET_CLAIMS, Election
from cfi.contracts.state.surrender import Held, Surrender, held_lots, surrendered
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import TONNES_PER_CFI, Tonnes, Year
from cfi.contracts.wire.text import AccountId, HolderId

_Left = dict[tuple[AccountId, bool], int]
"""Tonnes that may still be used of each account's offsets (False) and early action credits."""


def settle_holder(state: StateView, holder: Holder, year: Year, block: BlockContext) -> Changes:
    """Settle one holder: a Member's obligation, or all that an Exchange Participant holds."""
    surrender = Surrender(
        holder_id=holder.holder_id, year=year, kinds=usable_kinds(terms_of(state), year)
    )
    if holder.holder_class is HolderClass.EXCHANGE_PARTICIPANT:
        return _retire_all(state, surrender, block)
    obligation = state.obligations.of(holder.holder_id).get(number_key(year))
    if obligation is None:
        return NO_CHANGES
    draft = Draft(state)
    allowed = _allowed(draft, holder.holder_id, year, block)
    left = obligation.owed_tonnes
    for election in state.elections.of(holder.holder_id).all():
        if election.year == year:
            left = Tonnes(left - _settle_one(draft, election, surrender, block, (left, allowed)))
    taken = Tonnes(obligation.owed_tonnes - left)
    after = replace(obligation, surrendered_tonnes=taken)
    return Changes.of(draft.changes, put(OBLIGATIONS, holder.holder_id, after))


def _allowed(draft: Draft, holder_id: HolderId, year: Year, block: BlockContext) -> _Left:
    """What the limit leaves of the holder's offsets; its claims are done with."""
    allowed: _Left = {}
    for account_id in draft.state.account_ids(holder_id):
        claims = draft.state.offset_claims.of(block.holder_id)
        claim = claims.get(number_key(year) + account_id.encode())
        if claim is not None:
            allowed[account_id, False] = claim.allowed_offsets * TONNES_PER_CFI
            allowed[account_id, True] = claim.allowed_early * TONNES_PER_CFI
            draft.add(Changes.of(drop(OFFSET_CLAIMS, block.holder_id, claim)))
    return allowed


def _settle_one(
    draft: Draft,
    election: Election,
    surrender: Surrender,
    block: BlockContext,
    most: tuple[Tonnes, _Left],
) -> Tonnes:
    """Retire what is owed and allowed of one chosen lot and let the rest go; the tonnes retired."""
    owed, allowed = most
    lot = draft.state.lots.of(election.account_id).get(election.lot_id)
    assert lot is not None, "a chosen lot stays where it is"
    taken = Tonnes(min(owed, lot.tonnes))
    if lot.instrument is not Instrument.XA:
        place = (election.account_id, lot.instrument is Instrument.XE)
        taken = Tonnes(min(taken, allowed.get(place, 0)))
        allowed[place] = allowed.get(place, 0) - taken
    if taken > 0:
        held = Held(account_id=election.account_id, lot=lot)
        draft.add(surrendered(draft.state, block, held, taken, surrender))
    rest = draft.state.lots.of(election.account_id).get(election.lot_id)
    if rest is not None:
        draft.add(unlock(rest, election.account_id))
    draft.add(Changes.of(drop(ELECTIONS, surrender.holder_id, election)))
    return taken


def _retire_all(state: StateView, surrender: Surrender, block: BlockContext) -> Changes:
    """Retire what an Exchange Participant holds, Super Reductions excepted.  (RB 12.4, 4.11.2.1)"""
    draft = Draft(state)
    for held in list(held_lots(state, surrender.holder_id)):
        if _stays(held.lot):
            continue
        draft.add(
            surrendered(
                draft.state, block, held, held.lot.tonnes, surrender, RetirementReason.TRUE_UP
            )
        )
    return draft.changes


def _stays(lot: Lot) -> bool:
    return lot.locked or lot.bars(Restriction.SUPER_REDUCTION)
