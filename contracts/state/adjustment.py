"""Issuing or retiring allowances of one vintage until a Member has what its baseline gives it.

(RB 6.5.4, 6.5.5)
"""

from dataclasses import replace
from itertools import islice
from typing import Protocol

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.late_true_up import (
    HELD_FOR_ITS_YEAR,
    begin_late_true_up,
    comes_too_late,
)
from cfi.contracts.state.lots_in_order import lots_in_order
from cfi.contracts.state.moves import issue, serials_left
from cfi.contracts.state.own import room_in
from cfi.contracts.state.retiring import Retiring
from cfi.contracts.state.rows.allocation import ALLOCATIONS
from cfi.contracts.state.rows.custody import (
    AccountKind,
    Origin,
    Restriction,
    RetirementReason,
)
from cfi.contracts.state.surrender import Surrender
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.limits import MAX_LOTS_PER_ADJUSTMENT, MAX_TONNES_PER_ADJUSTMENT
from cfi.contracts.wire.quantities import (
    TONNES_PER_CFI,
    Cfis,
    SignedTonnes,
    Tonnes,
    Year,
)
from cfi.contracts.wire.refusal import Refusal, RefusedError, require
from cfi.contracts.wire.text import AccountId, HolderId, Identifier


class VintageDue(Protocol):
    """What a Member's baseline gives it of one vintage, as the figures have it."""

    @property
    def year(self) -> Year:
        """The vintage."""

    @property
    def target_tonnes(self) -> Tonnes:
        """Before it is rounded to CFIs."""

    @property
    def allowances(self) -> Cfis:
        """In all, what was issued before included."""

    @property
    def sellable(self) -> bool:
        """Whether what is still to be issued may be sold or banked."""


def adjust_allowances(draft: Draft, block: BlockContext, member: HolderId, due: VintageDue) -> None:
    """Bring one vintage to the CFIs due: what lacks is issued, what is too much retired.

    What the Member no longer has, or is too much for one act, is owed with the next obligation;
    what it gets first makes that good. A year that closed on it is trued up anew.
    """
    row = draft.state.allocations.of(member).get(number_key(due.year))
    assert row is not None, "a run allocates every vintage of the baseline"
    change = due.allowances * TONNES_PER_CFI - row.issued_tonnes - row.adjusted_tonnes
    if change == 0:
        return
    owed = 0 if _trued_up(draft.state, member, due.year) else row.owed_tonnes
    lacking = Tonnes(0)
    if change > owed:
        _issue(draft, block, member, due, Tonnes(change - owed))
    elif change < 0:
        lacking = _retire(draft, block, member, due.year, Tonnes(-change))
    adjusted = replace(
        row,
        target_tonnes=due.target_tonnes,
        adjusted_tonnes=SignedTonnes(row.adjusted_tonnes + change),
        owed_tonnes=Tonnes(row.owed_tonnes - min(owed, max(0, change))),
    )
    draft.add(Changes.of(put(ALLOCATIONS, member, adjusted)))
    if lacking:
        _owe(draft, member, due.year, lacking)
    if comes_too_late(draft.state, member, due.year):
        require(
            draft.state.holder_has_room_for_safety(member), Refusal.TOO_MANY_RECORDS, "RB 6.5.6"
        )
        draft.add(begin_late_true_up(draft.state, member, due.year, block.now))


def _trued_up(state: StateView, member: HolderId, year: Year) -> bool:
    """Whether what is owed of a vintage is in the year's obligation already."""
    return state.obligations.of(member).get(number_key(year)) is not None


def _owe(draft: Draft, member: HolderId, vintage: Year, lacking: Tonnes) -> None:
    """Add what lacks to the first year from the vintage on whose obligation is still to come."""
    rows = [row for row in draft.state.allocations.of(member).all() if row.vintage >= vintage]
    ahead = [row for row in rows if not _trued_up(draft.state, member, row.vintage)]
    row = (ahead or rows)[0]
    owing = replace(row, owed_tonnes=Tonnes(row.owed_tonnes + lacking))
    draft.add(Changes.of(put(ALLOCATIONS, member, owing)))


def _issue(
    draft: Draft,
    block: BlockContext,
    member: HolderId,
    due: VintageDue,
    tonnes: Tonnes,
) -> None:
    account = _trading_account(draft.state, member)
    late = comes_too_late(draft.state, member, due.year)
    bars = Restriction.NONE if due.sellable else Restriction.NO_SALE
    room_in(draft.state, account)
    require(
        tonnes <= serials_left(draft.state, Instrument.XA, due.year),
        Refusal.SERIALS_USED_UP,
        "RB 5.3.1",
        vintage=due.year,
    )
    draft.add(
        issue(
            draft.state,
            block,
            account,
            Instrument.XA,
            due.year,
            tonnes,
            Origin.ACQUISITION,
            Identifier(block.act_id.hex()),
            restrictions=bars | HELD_FOR_ITS_YEAR if late else bars,
        )
    )


def _retire(
    draft: Draft, block: BlockContext, member: HolderId, vintage: Year, tonnes: Tonnes
) -> Tonnes:
    """Retire the Member's free allowances of the vintage, by account and serial, as far as an act
    may and its retirement accounts have room; the tonnes that it is then to owe.
    """
    surrender = Surrender(holder_id=member, year=vintage, kinds=(Instrument.XA,))
    retiring = Retiring(draft.state, block, surrender, RetirementReason.BASELINE_REDUCTION)
    kind = (Instrument.XA, vintage)
    lots = lots_in_order(draft.state, member, None, lambda *each: each == kind)
    most = min(tonnes, MAX_TONNES_PER_ADJUSTMENT)
    retired = 0
    for _, held in islice(lots, MAX_LOTS_PER_ADJUSTMENT):
        part = Tonnes(min(most - retired, held.lot.tonnes))
        if part > 0 and not held.lot.locked:
            retired += retiring.take(held, part)
    draft.add(retiring.changes)
    return Tonnes(tonnes - retired)


def _trading_account(state: StateView, member: HolderId) -> AccountId:
    """The Member's first trading account with room, or else its first."""
    accounts = state.account_ids(member)
    trading = [each for each in accounts if _kind_of(state, each) is AccountKind.TRADING]
    if not trading:
        raise RefusedError(Refusal.UNKNOWN_ACCOUNT, "RB 5.3.1", {"member": member})
    return next((each for each in trading if state.has_room(each, 2)), trading[0])


def _kind_of(state: StateView, account_id: AccountId) -> AccountKind:
    account = state.accounts.get(account_id)
    assert account is not None, "an opened account has its row"
    return account.kind
