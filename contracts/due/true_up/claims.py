"""What each Member surrenders: what it chose, or else its earliest vintages first.  (RB 4.7,
4.11.5)

Of what is chosen, only what is owed counts towards the programme-wide limit on offsets.
"""

from cfi.contracts.due.true_up.obligation import obligation_of
from cfi.contracts.figures.offset_cap import usable_kinds
from cfi.contracts.state.changes import NO_CHANGES, Changes, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.moves import lock
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.custody import Lock, LockReason
from cfi.contracts.state.rows.membership import Holder
from cfi.contracts.state.rows.true_up import (
    ELECTIONS,
    OBLIGATIONS,
    OFFSET_CLAIMS,
    Election,
    OffsetClaim,
)
from cfi.contracts.state.surrender import Surrender, usable_lots
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import TONNES_PER_CFI, Cfis, Count, Tonnes, Year
from cfi.contracts.wire.text import AccountId


def claim_offsets(state: StateView, holder: Holder, year: Year, block: BlockContext) -> Changes:
    """Fix what a Member owes and surrenders, and count its offsets and early action credits."""
    obligation = obligation_of(state, holder, year)
    late = state.late_true_ups.of(holder.holder_id).get(number_key(year))
    if obligation is None or late is not None:
        return NO_CHANGES
    surrender = Surrender(
        holder_id=holder.holder_id, year=year, kinds=usable_kinds(terms_of(state), year)
    )
    draft = Draft(state)
    draft.add(Changes.of(put(OBLIGATIONS, holder.holder_id, obligation)))
    if not _chosen(draft.state, surrender):
        draft.add(_earliest_first(draft.state, surrender, obligation.owed_tonnes, block))
    draft.add(_counted(draft.state, surrender, obligation.owed_tonnes, block))
    return draft.changes


def _chosen(state: StateView, surrender: Surrender) -> list[Election]:
    elections = state.elections.of(surrender.holder_id).all()
    return [election for election in elections if election.year == surrender.year]


def _earliest_first(
    state: StateView, surrender: Surrender, owed: Tonnes, block: BlockContext
) -> Changes:
    """Choose for who chose nothing."""
    held_fast = Lock(reason=LockReason.ELECTED, act_id=block.act_id)
    parts, left = [], owed
    for number, held in enumerate(usable_lots(state, surrender), start=1):
        part = Tonnes(_whole(min(left, held.lot.tonnes)))
        if part == 0:
            continue
        locking, locked = lock(held.lot, part, held.account_id, held_fast)
        election = Election(
            year=surrender.year,
            number=Count(number),
            account_id=held.account_id,
            lot_id=locked.lot_id,
            tonnes=part,
        )
        parts.append(Changes.of(locking, put(ELECTIONS, surrender.holder_id, election)))
        left = Tonnes(left - part)
    return Changes.of(*parts)


def _whole(tonnes: int) -> int:
    return tonnes - tonnes % TONNES_PER_CFI


def _counted(state: StateView, surrender: Surrender, owed: Tonnes, block: BlockContext) -> Changes:
    """The offsets and early action credits among what would be taken, account by account."""
    counts: dict[AccountId, dict[bool, int]] = {}
    left = owed
    for election in _chosen(state, surrender):
        lot = state.lots.of(election.account_id).get(election.lot_id)
        assert lot is not None, "a chosen lot stays where it is"
        part = min(left, election.tonnes)
        left = Tonnes(left - part)
        if lot.instrument is not Instrument.XA:
            count = counts.setdefault(election.account_id, {True: 0, False: 0})
            count[lot.instrument is Instrument.XE] += part
    none = Cfis(0)
    claims = (
        OffsetClaim(
            year=surrender.year,
            holder_id=surrender.holder_id,
            account_id=account_id,
            offsets=Cfis(count[False] // TONNES_PER_CFI),
            early=Cfis(count[True] // TONNES_PER_CFI),
            allowed_offsets=none,
            allowed_early=none,
        )
        for account_id, count in sorted(counts.items())
    )
    return Changes.of(*(put(OFFSET_CLAIMS, block.holder_id, claim) for claim in claims))
