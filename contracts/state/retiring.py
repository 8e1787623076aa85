"""Many of a holder's lots retired together, for one reason. Neighbours are joined in one row, so
that however a holder splits its lots they take few rows, and what no retirement account has room
for stays where it is. No more is retired together than one act may retire: a lot is cut, however
large it is.  (RB 4.7)
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

from cfi.contracts.state.changes import Changes, drop, moved, put
from cfi.contracts.state.moves import ended, movement, split, supply_less
from cfi.contracts.state.pages import final_pages
from cfi.contracts.state.rows.custody import (
    LOTS,
    RETIRED,
    FinalState,
    Lot,
    MovementKind,
    RetiredLot,
    RetirementReason,
)
from cfi.contracts.state.surrender import Held, Surrender, retirement_accounts
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.limits import MAX_TONNES_ENDED_AT_ONCE
from cfi.contracts.wire.quantities import Tonnes, Year, whole_cfis
from cfi.contracts.wire.text import AccountId, Identifier


class Retiring:
    """Takes lots one by one, none twice; `changes` is all of it together."""

    def __init__(
        self,
        state: StateView,
        block: BlockContext,
        surrender: Surrender,
        reason: RetirementReason = RetirementReason.COMPLIANCE,
    ) -> None:
        self._state = state
        self._block = block
        by_year = reason is not RetirementReason.BASELINE_REDUCTION
        self._year = surrender.year if by_year else None
        self._reason = reason
        self._accounts = (
            _Shelf(state, account_id)
            for account_id in retirement_accounts(state, surrender.holder_id)
        )
        self._shelf = next(self._accounts, None)
        self._shelves = [] if self._shelf is None else [self._shelf]
        self.cut = False
        """True once less was taken of a lot than was asked: no more may be ended at once."""
        self._most: int = MAX_TONNES_ENDED_AT_ONCE
        self._moves: list[Changes] = []
        self._taken: list[Lot] = []

    @property
    def full(self) -> bool:
        """True once no retirement account has room."""
        return self._shelf is None

    @property
    def count(self) -> int:
        """How many lots were taken, or a part of them."""
        return len(self._taken)

    def take(self, held: Held, tonnes: Tonnes) -> Tonnes:
        """Retire the tail of a lot, or what may still be ended of it; the tonnes that were retired:
        none, and it stays, where there is no room.
        """
        part = tonnes if tonnes <= self._most else whole_cfis(self._most)
        if part == 0:
            self.cut = True
            return Tonnes(0)
        head, tail = split(held.lot, part)
        row = ended(self._block, tail, self._reason, self._year, None)
        while self._shelf is not None and not self._shelf.add(row):
            self._next_shelf()
        if self._shelf is None:
            return Tonnes(0)
        self.cut = part < tonnes
        self._most -= part
        self._moves.append(self._moved(held, head, tail, self._shelf.account_id))
        self._taken.append(tail)
        return part

    @property
    def changes(self) -> Changes:
        """What was taken, joined in the accounts and on the public pages."""
        return Changes.of(
            *self._moves,
            *(change for shelf in self._shelves for change in shelf.changes()),
            final_pages(self._state, self._taken, FinalState.RETIRED, self._reason, None),
            *self._supplies(),
        )

    def _next_shelf(self) -> None:
        self._shelf = next(self._accounts, None)
        if self._shelf is not None:
            self._shelves.append(self._shelf)

    def _moved(self, held: Held, head: Lot | None, tail: Lot, into: AccountId) -> Changes:
        kind, source = MovementKind.RETIRED, held.account_id
        to_source, to_target = Identifier(into), Identifier(source)
        return Changes.of(
            drop(LOTS, source, held.lot) if head is None else put(LOTS, source, head),
            moved(source, movement(self._block, tail, kind, incoming=False, other=to_source)),
            moved(into, movement(self._block, tail, kind, incoming=True, other=to_target)),
        )

    def _supplies(self) -> Iterator[Changes]:
        tonnes: dict[tuple[Instrument, Year], int] = {}
        for lot in self._taken:
            kind = (lot.instrument, lot.vintage)
            tonnes[kind] = tonnes.get(kind, 0) + lot.tonnes
        for (instrument, vintage), retired in sorted(tonnes.items()):
            yield supply_less(self._state, instrument, vintage, Tonnes(retired))


class _Shelf:
    """One retirement account while lots are put into it."""

    def __init__(self, state: StateView, account_id: AccountId) -> None:
        self.account_id = account_id
        self._stored = state.retired.of(account_id)
        self._keys = self._stored.keys()
        self._rows: dict[bytes, RetiredLot] = {}
        self._gone: dict[bytes, RetiredLot] = {}
        self._room = state.room_in_account(account_id)

    def add(self, row: RetiredLot) -> bool:
        """Put a range beside or between its neighbours; False where there is no room."""
        key = RETIRED.key(row)
        place = bisect_left(self._keys, key)
        left = self._at(place - 1) if place > 0 else None
        right = self._at(place) if place < len(self._keys) else None
        joins_left = left is not None and _adjoins(left, row)
        joins_right = right is not None and _adjoins(row, right)
        if not joins_left and not joins_right and self._room == 0:
            return False
        if joins_right:
            assert right is not None, "it was joined"
            row = replace(row, tonnes=Tonnes(row.tonnes + right.tonnes))
            self._drop(place, right)
        if joins_left:
            assert left is not None, "it was joined"
            key, row = self._keys[place - 1], replace(left, tonnes=Tonnes(left.tonnes + row.tonnes))
        else:
            self._keys.insert(place, key)
            self._room -= 1
        self._rows[key] = row
        return True

    def changes(self) -> Iterator[Changes]:
        """The rows that differ, in key order."""
        for row in self._gone.values():
            yield Changes.of(drop(RETIRED, self.account_id, row))
        for _, row in sorted(self._rows.items()):
            yield Changes.of(put(RETIRED, self.account_id, row))

    def _at(self, place: int) -> RetiredLot:
        key = self._keys[place]
        row = self._rows.get(key) or self._stored.get(key)
        assert row is not None, "a listed key has a row"
        return row

    def _drop(self, place: int, row: RetiredLot) -> None:
        key = self._keys.pop(place)
        self._rows.pop(key, None)
        self._gone[key] = row
        self._room += 1


def _adjoins(left: RetiredLot, right: RetiredLot) -> bool:
    """True if the second range follows the first and was ended alike."""
    return (
        left.first + left.tonnes == right.first
        and replace(left, first=right.first, tonnes=right.tonnes) == right
    )
