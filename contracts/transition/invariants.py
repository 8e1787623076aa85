"""What every change must keep: no tonne appears or vanishes, no serial is in two places.  (RB 4.3,
5.3)

A breach is our own mistake and never a refusal.
"""

from collections.abc import Iterator
from typing import Any

from cfi.contracts.state.changes import Changes, Drop, Move, Put, PutPublic
from cfi.contracts.state.rows.custody import (
    LOTS,
    PAGES,
    RETIRED,
    SUPPLY,
    FinalState,
    Lot,
    RetiredLot,
    SerialPage,
    Supply,
)
from cfi.contracts.state.rows_view import Rows
from cfi.contracts.state.table import OwnerKey, RowKey
from cfi.contracts.wire.refusal import InvariantBroken

Kind = tuple[int, int]
"""Instrument and vintage."""
Range = tuple[int, int, int, int]
"""Instrument, vintage, first and last serial."""
Lots = dict[tuple[OwnerKey, RowKey], tuple[Any, Any]]
"""By place: the table and the row, None if dropped."""
Publics = dict[RowKey, tuple[Any, Any]]
Balance = dict[tuple[OwnerKey, Kind], int]
"""Tonnes by account and kind; all 0 where nothing is amiss."""


def conserves(rows: Rows, changes: Changes) -> None:
    """Compare what the changes take away with what they put, before they are applied; raises
    InvariantBroken.
    """
    lots, publics, balance = _parted(changes)
    if not lots and not publics and not balance:
        return
    gone: list[Range] = []
    come: list[Range] = []
    for (owner, key), (table, row) in lots.items():
        raw = rows.owned(owner, key)
        if raw is not None:
            _count(table.schema.recall(raw), owner, balance, gone, -1)
        if row is not None:
            _count(row, owner, balance, come, 1)
    if any(balance.values()):
        raise InvariantBroken("an account's lots and its movements differ")
    for before, after in _public_pairs(rows, publics):
        _count_public(before, after, gone, come)
    if not _same_serials(gone, come):
        raise InvariantBroken("serials taken away and serials put differ")


def _parted(changes: Changes) -> tuple[Lots, Publics, Balance]:
    """The last write of each lot row and of each page and supply row, and what the movements told,
    turned round, so that it balances against the lots.
    """
    lots: Lots = {}
    publics: Publics = {}
    balance: Balance = {}
    for operation in changes.operations:
        match operation:
            case Put(table=table) if table is LOTS or table is RETIRED:
                lots[operation.owner, operation.key] = (table, operation.row)
            case Move():
                _turn_round(operation, balance)
            case Drop(table=table) if table is LOTS or table is RETIRED:
                lots[operation.owner, operation.key] = (table, None)
            case PutPublic(table=table) if table is SUPPLY or table is PAGES:
                publics[operation.key] = (table, operation.row)
            case _:
                pass
    return lots, publics, balance


def _turn_round(operation: Move, balance: Balance) -> None:
    moved = operation.movement
    place = (operation.owner, (moved.instrument, moved.vintage))
    balance[place] = balance.get(place, 0) - (moved.tonnes if moved.incoming else -moved.tonnes)


def _public_pairs(rows: Rows, publics: Publics) -> Iterator[tuple[Any, Any]]:
    for key, (table, row) in publics.items():
        raw = rows.public(key)
        yield (None if raw is None else table.schema.recall(raw)), row


def _count(
    row: Lot | RetiredLot,
    owner: OwnerKey,
    balance: Balance,
    ranges: list[Range],
    sign: int,
) -> None:
    place = (owner, (row.instrument, row.vintage))
    balance[place] = balance.get(place, 0) + sign * row.tonnes
    ranges.append((row.instrument, row.vintage, row.first, row.first + row.tonnes - 1))


def _count_public(before: Any, after: Any, gone: list[Range], come: list[Range]) -> None:
    """Issuance is a source of serials; cancellation and sale outside are places where they rest."""
    if isinstance(after, Supply):
        issued = 0 if before is None else before.issued
        if after.issued < issued:
            raise InvariantBroken("an issuance is undone")
        if after.issued > issued:
            gone.append((after.instrument, after.vintage, issued + 1, after.issued))
        return
    come += _resting(after)
    if before is not None:
        gone += _resting(before)


def _resting(page: SerialPage) -> list[Range]:
    return [
        (page.instrument, page.vintage, entry.first, entry.last)
        for entry in page.entries
        if entry.state is not FinalState.RETIRED
    ]


def _same_serials(gone: list[Range], come: list[Range]) -> bool:
    # One range moved whole, as most are, has nothing to join and nothing to overlap.
    return (len(gone) == 1 and gone == come) or _joined(gone) == _joined(come)


def _joined(ranges: list[Range]) -> list[Range]:
    """Ranges in order, neighbours joined; raises InvariantBroken where two overlap."""
    joined: list[Range] = []
    for instrument, vintage, first, last in sorted(ranges):
        if joined and joined[-1][:2] == (instrument, vintage):
            end = joined[-1][3]
            if first <= end:
                raise InvariantBroken("a serial is in two places")
            if first == end + 1:
                joined[-1] = (instrument, vintage, joined[-1][2], last)
                continue
        joined.append((instrument, vintage, first, last))
    return joined
