"""Marking what may not be sold or used, lot by lot.  (RB 4.11.2, 4.11.4, 2.7.1)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.moves import split
from cfi.contracts.state.rows.custody import LOTS, Lot, Restriction
from cfi.contracts.state.rows.true_up import Closing, Mark
from cfi.contracts.state.surrender import Held
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.quantities import Tonnes, small_code, whole_cfis
from cfi.contracts.wire.text import AccountId


class Marking:
    """Puts on lots, one by one, what a closing has still to mark; `closing` adds it up, `changes`
    are the lots.
    """

    def __init__(self, state: StateView, closing: Closing) -> None:
        self.closing = closing
        self._state = state
        self._parts: list[Changes] = []
        self._rows_more = 0

    @property
    def changes(self) -> Changes:
        """The lots as far as they differ."""
        return Changes.of(*self._parts)

    def mark(self, held: Held) -> None:
        """Cut marked tails off a lot, for one mark after the other; the head is banked."""
        head: Lot | None = held.lot
        for mark in self.closing.unmarked:
            if head is not None and head.restrictions == mark.carrying:
                head = self._cut(held.account_id, head, mark)
        if head is not None and not head.restrictions:
            banked = Tonnes(self.closing.banked_tonnes + head.tonnes)
            self.closing = replace(self.closing, banked_tonnes=banked)

    def _cut(self, account_id: AccountId, lot: Lot, mark: Mark) -> Lot | None:
        """Mark as much of a lot as a mark has left; what is left of the lot.

        Where an account has no room for the parts of a lot, the whole lot is marked.
        """
        part = whole_cfis(min(mark.left_tonnes, lot.tonnes))
        if part == 0:
            return lot
        if part < lot.tonnes and not self._state.has_room(account_id, self._rows_more + 1):
            part = lot.tonnes
        head, tail = split(lot, part)
        self._rows_more += head is not None
        marked = replace(tail, restrictions=small_code(tail.restrictions | mark.restriction))
        lots = (marked,) if head is None else (head, marked)
        self._parts.append(Changes.of(*(put(LOTS, account_id, lot) for lot in lots)))
        self.closing = _with_marked(self.closing, mark, part)
        return head


def _with_marked(closing: Closing, mark: Mark, tonnes: Tonnes) -> Closing:
    """The closing with tonnes of a mark more, and as many less to be marked."""
    after = replace(mark, left_tonnes=Tonnes(max(0, mark.left_tonnes - tonnes)))
    unmarked = tuple(
        after if each.restriction == mark.restriction else each for each in closing.unmarked
    )
    closing = replace(closing, unmarked=unmarked)
    match mark.restriction:
        case Restriction.SUPER_REDUCTION:
            beyond = Tonnes(closing.super_reduction_tonnes + tonnes)
            return replace(closing, super_reduction_tonnes=beyond)
        case Restriction.SPECIAL_RESERVE:
            reserved = Tonnes(closing.special_reserve_tonnes + tonnes)
            return replace(closing, special_reserve_tonnes=reserved)
        case _:
            return replace(closing, barred_tonnes=Tonnes(closing.barred_tonnes + tonnes))
