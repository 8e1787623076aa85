"""What a rule returns: the rows to write, the movements to record, the facts for the receipt.
Nothing here writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeVar

from cfi.contracts.state.rows.custody import Movement
from cfi.contracts.state.table import (
    OwnedTable,
    OwnerKey,
    PublicTable,
    RowKey,
    account_owner,
    holder_owner,
)
from cfi.contracts.wire.refusal import Fact
from cfi.contracts.wire.schema import Seed
from cfi.contracts.wire.values import maker_of

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Put:
    """Write a row of an owner."""

    table: OwnedTable[Any]
    owner: OwnerKey
    key: RowKey
    row: Any


@dataclass(frozen=True, slots=True)
class Drop:
    """Delete a row of an owner."""

    table: OwnedTable[Any]
    owner: OwnerKey
    key: RowKey


@dataclass(frozen=True, slots=True)
class PutPublic:
    """Write a public row."""

    table: PublicTable[Any]
    key: RowKey
    row: Any


@dataclass(frozen=True, slots=True)
class DropPublic:
    """Delete a public row."""

    table: PublicTable[Any]
    key: RowKey


@dataclass(frozen=True, slots=True)
class OpenOwner:
    """Give a new account or holder its seed and first row."""

    owner: OwnerKey
    seed: Seed


@dataclass(frozen=True, slots=True)
class Reseed:
    """Replace an owner's seed and blind its rows anew."""

    owner: OwnerKey
    seed: Seed


@dataclass(frozen=True, slots=True)
class Move:
    """Record a movement of tonnes into or out of an account."""

    owner: OwnerKey
    movement: Movement


Operation = Put | Drop | PutPublic | DropPublic | OpenOwner | Reseed | Move

NO_FACTS: Final[Mapping[str, Fact]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Changes:
    """Operations in the order in which they apply, and facts for the receipt.

    An operation on a row overrides an earlier one on the same row.
    """

    operations: tuple[Operation, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=lambda: NO_FACTS)
    gas: int = 0
    """Work units beyond those of the message's kind, where the work grows with what is touched."""

    @staticmethod
    def of(*parts: "Operation | Changes", **facts: Fact) -> "Changes":
        """Operations and changes put together, in order."""
        operations: list[Operation] = []
        told: dict[str, Fact] = {}
        gas = 0
        for part in parts:
            if isinstance(part, Changes):
                operations += part.operations
                gas += part.gas
                if part.facts:
                    told |= part.facts
            else:
                operations.append(part)
        return _CHANGES(tuple(operations), told | facts if facts else told, gas)

    def costing(self, gas: int) -> "Changes":
        """The same for so many work units more."""
        return _CHANGES(self.operations, self.facts, self.gas + gas)


NO_CHANGES: Final = Changes()
_CHANGES: Final = maker_of(Changes)
_PUT: Final = maker_of(Put)
_DROP: Final = maker_of(Drop)
_MOVE: Final = maker_of(Move)


def put(table: OwnedTable[R], owner_id: str, row: R) -> Put:
    """Write a row of an account or a holder."""
    return _PUT(table, table.owner_of(owner_id), table.row_key(table.key(row)), row)


def drop(table: OwnedTable[R], owner_id: str, row: R) -> Drop:
    """Delete a row of an account or a holder."""
    return _DROP(table, table.owner_of(owner_id), table.row_key(table.key(row)))


def put_public(table: PublicTable[R], row: R) -> PutPublic:
    """Write a public row."""
    return PutPublic(table, table.row_key(table.key(row)), row)


def drop_public(table: PublicTable[R], row: R) -> DropPublic:
    """Delete a public row."""
    return DropPublic(table, table.row_key(table.key(row)))


def open_account_owner(account_id: str, seed: Seed) -> OpenOwner:
    """Begin an account."""
    return OpenOwner(account_owner(account_id), seed)


def open_holder_owner(holder_id: str, seed: Seed) -> OpenOwner:
    """Begin a holder."""
    return OpenOwner(holder_owner(holder_id), seed)


def moved(account_id: str, movement: Movement) -> Move:
    """Record a movement in an account's statement."""
    return _MOVE(account_owner(account_id), movement)
