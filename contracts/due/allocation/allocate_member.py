"""A run of allocation: one Member a piece, one vintage after another.  (RB 4.6, 2.7.1, 4.12)"""

from collections.abc import Sequence
from dataclasses import replace

from cfi.contracts.figures.allocation import Allocation as Figure
from cfi.contracts.figures.allocation import allocations
from cfi.contracts.figures.errors import FigureError
from cfi.contracts.figures.schedule import may_sell
from cfi.contracts.state.changes import NO_CHANGES, Changes, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.late_true_up import (
    HELD_FOR_ITS_YEAR,
    begin_late_true_up,
    comes_too_late,
)
from cfi.contracts.state.moves import issue, serials_left
from cfi.contracts.state.notices import NoticeKind, notify
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.allocation import (
    ALLOCATION_RUNS,
    ALLOCATIONS,
    Allocation,
    AllocationRun,
)
from cfi.contracts.state.rows.baseline import Baseline
from cfi.contracts.state.rows.custody import AccountKind, MovementKind, Origin, Restriction
from cfi.contracts.state.rows.membership import HolderStatus
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import TONNES_PER_CFI, SignedTonnes, Tonnes, Year, nearest
from cfi.contracts.wire.text import AccountId, HolderId, Identifier


def allocate_member(state: StateView, run: AllocationRun, block: BlockContext) -> Changes:
    """Allocate to the run's next Member, or end the run after the last."""
    member = run.only if run.after is None else None
    if run.only is None:
        member = state.next_holder_id(run.after)
    if member is None:
        # What one Member was allocated by itself is its own affair.  (RB 5.3.1)
        of_all = run.only is None
        return Changes.of(
            put(ALLOCATION_RUNS, run.exchange, replace(run, due_at=None)),
            notify(state, block, NoticeKind.ALLOWANCES_ALLOCATED) if of_all else NO_CHANGES,
        )
    return Changes.of(
        _allocated(state, run, member, block),
        put(ALLOCATION_RUNS, run.exchange, replace(run, after=member)),
    )


def _allocated(
    state: StateView, run: AllocationRun, member: HolderId, block: BlockContext
) -> Changes:
    """All vintages of a Member that has a baseline and no allowances yet; else nothing."""
    baseline = _baseline_to_serve(state, member)
    if baseline is None:
        return NO_CHANGES
    try:
        figures = allocations(
            terms_of(state), baseline.first_year, baseline.enrolment_tonnes, run.withheld_bps
        )
    except FigureError:
        # Its rows stay missing, where the registrar sees that the programme has no schedule for it.
        return NO_CHANGES
    if not _has_room(state, run, member, len(figures)) or not _has_serials(state, figures):
        return NO_CHANGES
    draft = Draft(state)
    for figure in figures:
        _issue_vintage(draft, run, block, member, figure)
    return draft.changes


def _baseline_to_serve(state: StateView, member: HolderId) -> Baseline | None:
    """The baseline of a Member in standing that has no allowances yet."""
    holder = state.holders.get(member)
    assert holder is not None, "a holder has its row"
    if holder.holder_class is not HolderClass.MEMBER:
        return None
    if holder.status is HolderStatus.TERMINATED or state.allocations.of(member).keys():
        return None
    return state.baselines.get(member)


def _has_room(state: StateView, run: AllocationRun, member: HolderId, rows: int) -> bool:
    account = state.accounts.get(_account_of(member))
    return (
        account is not None
        and account.kind is AccountKind.TRADING
        and state.has_room(account.account_id, rows)
        # Of each vintage its allocation, and maybe that its year is trued up late.
        and state.holder_has_room(member, 2 * rows)
        and (run.pool is None or state.has_room(run.pool, rows))
    )


def _has_serials(state: StateView, figures: Sequence[Figure]) -> bool:
    """False where a vintage has not so many serials left: the Member's rows stay missing, too."""
    return all(
        figure.issued * TONNES_PER_CFI <= serials_left(state, Instrument.XA, figure.year)
        for figure in figures
    )


def _account_of(member: HolderId) -> AccountId:
    return AccountId(f"{member}/1")


def _issue_vintage(
    draft: Draft, run: AllocationRun, block: BlockContext, member: HolderId, figure: Figure
) -> None:
    """Issue one vintage: what is withheld into the pool, the rest to the Member."""
    withheld = Tonnes(figure.withheld * TONNES_PER_CFI)
    issued = Tonnes(figure.issued * TONNES_PER_CFI)
    origin = (Origin.ALLOCATION, Identifier(run.run_id.hex()))
    vintage = (Instrument.XA, figure.year)
    late = comes_too_late(draft.state, member, figure.year)
    if issued > withheld:
        kept = Tonnes(issued - withheld)
        account, bars = _account_of(member), _restrictions(draft.state, member, figure.year)
        if late:
            bars |= HELD_FOR_ITS_YEAR
        draft.add(issue(draft.state, block, account, *vintage, kept, *origin, restrictions=bars))
    if withheld:
        assert run.pool is not None, "a run that withholds has a pool"
        into, kind = run.pool, MovementKind.WITHHELD
        draft.add(issue(draft.state, block, into, *vintage, withheld, *origin, kind=kind))
    row = Allocation(
        vintage=figure.year,
        target_tonnes=Tonnes(nearest(figure.target_tonnes)),
        issued_tonnes=issued,
        withheld_tonnes=withheld,
        adjusted_tonnes=SignedTonnes(0),
        owed_tonnes=Tonnes(0),
    )
    draft.add(Changes.of(put(ALLOCATIONS, member, row)))
    if late:
        draft.add(begin_late_true_up(draft.state, member, figure.year, block.now))


def _restrictions(state: StateView, member: HolderId, year: Year) -> Restriction:
    """Allowances of years before a Member enrolled can't be sold.  (RB 2.7.1)"""
    baseline = state.baselines.get(member)
    assert baseline is not None, "who is allocated to has a baseline"
    sellable = may_sell(terms_of(state), baseline.first_year, year)
    return Restriction.NONE if sellable else Restriction.NO_SALE
