"""Marking what may not be sold or used, the highest serials first.  (RB 4.11.2, 4.11.4)"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.moves import split
from cfi.contracts.state.rows.custody import LOTS, Restriction
from cfi.contracts.state.rows.true_up import Marks
from cfi.contracts.state.surrender import Held
from cfi.contracts.wire.quantities import TONNES_PER_CFI, Tonnes, small_code

_NOT_ESTABLISHED: Final = (
    Restriction.SUPER_REDUCTION | Restriction.NO_SALE | Restriction.NO_COMPLIANCE
)


def mark(
    draft: Draft, lots: Sequence[Held], tonnes: int, restriction: int
) -> tuple[Tonnes, list[Held]]:
    """Restrict that many tonnes of lots given in order of their serials; the tonnes marked, and
    what is left free.

    Where an account has no room for the parts of a lot, the whole lot is marked.
    """
    left, free = tonnes, list[Held]()
    for held in reversed(lots):
        part = min(max(0, left), held.lot.tonnes)
        part -= part % TONNES_PER_CFI
        if 0 < part < held.lot.tonnes and not draft.state.has_room(held.account_id):
            part = held.lot.tonnes
        if part == 0:
            free.append(held)
            continue
        head, tail = split(held.lot, Tonnes(part))
        marked = replace(tail, restrictions=small_code(tail.restrictions | restriction))
        draft.add(Changes.of(put(LOTS, held.account_id, marked)))
        if head is not None:
            draft.add(Changes.of(put(LOTS, held.account_id, head)))
            free.append(replace(held, lot=head))
        left -= part
    return Tonnes(tonnes - left), free[::-1]


def mark_surplus(draft: Draft, lots: Sequence[Held], wanted: Marks) -> tuple[Marks, Tonnes]:
    """Mark what isn't established, then Super Reductions, then the Special Reserve; the tonnes
    marked of each, and those left free.
    """
    barred, free = mark(draft, lots, wanted.barred_tonnes, _NOT_ESTABLISHED)
    beyond, free = mark(draft, free, wanted.super_reduction_tonnes, Restriction.SUPER_REDUCTION)
    reserved, free = mark(draft, free, wanted.special_reserve_tonnes, Restriction.SPECIAL_RESERVE)
    marks = Marks(
        barred_tonnes=barred, super_reduction_tonnes=beyond, special_reserve_tonnes=reserved
    )
    return marks, Tonnes(sum(held.lot.tonnes for held in free))


def still_wanted(wanted: Marks, marked: Marks) -> Marks:
    """What was to be marked and wasn't there."""
    return Marks(
        barred_tonnes=_less(wanted.barred_tonnes, marked.barred_tonnes),
        super_reduction_tonnes=_less(wanted.super_reduction_tonnes, marked.super_reduction_tonnes),
        special_reserve_tonnes=_less(wanted.special_reserve_tonnes, marked.special_reserve_tonnes),
    )


def _less(wanted: Tonnes, marked: Tonnes) -> Tonnes:
    return Tonnes(max(0, wanted - marked))
