"""What a piece of a true-up's work is: a bounded number of one holder's lots, and of the tonnes
that are retired of them.  (RB 4.7)
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from cfi.contracts.figures.offset_cap import usable_kinds
from cfi.contracts.state.changes import Changes
from cfi.contracts.state.lots_in_order import Step
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.retiring import Retiring
from cfi.contracts.state.rows.custody import lot_id_of
from cfi.contracts.state.rows.membership import Holder
from cfi.contracts.state.rows.true_up import Election, Place, Progress, TrueUpWork
from cfi.contracts.state.surrender import Surrender
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_LOTS_PER_PIECE
from cfi.contracts.wire.quantities import Count, Tonnes, Year
from cfi.contracts.wire.text import HolderId

Done = tuple[Changes, Progress | None]
"""What a piece changes, and how far it came; None where the holder is done."""
Piece = Callable[[StateView, Holder, TrueUpWork, BlockContext], Done]


def progress(
    holder_id: HolderId,
    place: Place | None,
    *,
    number: int = 0,
    left: int = 0,
    marking: bool = False,
) -> Progress:
    """How far the work for a holder has come."""
    return Progress(
        holder_id=holder_id,
        place=place,
        number=Count(number),
        left_tonnes=Tonnes(left),
        marking=marking,
    )


def go_through(
    steps: Iterator[Step], deal_with: Callable[[Step], bool], retiring: Retiring | None = None
) -> Place | None:
    """Deal with as many lots as a piece may, until one says that it was the last; the place to go
    on from, None where nothing is left. A lot that was cut comes first in the next piece.
    """
    for count, step in enumerate(islice(steps, MAX_LOTS_PER_PIECE), start=1):
        goes_on = deal_with(step)
        if retiring is not None and retiring.cut:
            return _before(step)
        if not goes_on:
            return None
        if count == MAX_LOTS_PER_PIECE:
            return step[0]
    return None


def _before(step: Step) -> Place:
    """The place that a lot follows; no lot of its account stands between."""
    place, held = step
    lot_id = lot_id_of(held.lot.instrument, held.lot.vintage, held.lot.first - 1)
    return replace(place, lot_id=lot_id)


def elections_from(
    state: StateView, holder_id: HolderId, year: Year, after: int
) -> tuple[list[Election], bool]:
    """What a Member chose for a year after a number, as many as a piece may deal with; and whether
    that was all.
    """
    elections = state.elections.of(holder_id)
    keys = elections.keys()
    first = bisect_right(keys, number_key(year, after))
    last = bisect_right(keys, number_key(year + 1))
    end = min(last, first + MAX_LOTS_PER_PIECE)
    chosen = []
    for key in keys[first:end]:
        election = elections.get(key)
        assert election is not None, "a listed key has a row"
        chosen.append(election)
    return chosen, end == last


def surrender_of(state: StateView, holder_id: HolderId, year: Year) -> Surrender:
    """A holder's surrender for a year, of all types usable in it.  (RB 4.11.5)"""
    return Surrender(holder_id=holder_id, year=year, kinds=usable_kinds(terms_of(state), year))
