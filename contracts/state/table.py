"""What a table is: a row type, its key, and where its rows live.

Rows of an owner (an account or a holder) are hidden below the owner's leaf. Public rows are leaves
of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, NewType, TypeVar

from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import Schema, schema_of

R = TypeVar("R")

OwnerKey = NewType("OwnerKey", bytes)
"""`A` and an account's identifier, or `H` and a holder's."""
RowKey = NewType("RowKey", bytes)
"""A table's tag and the row's key in that table."""

ACCOUNT_OWNER = b"A"
HOLDER_OWNER = b"H"
SUMMARY_TAG = 0x01


def account_owner(account_id: str) -> OwnerKey:
    """The owner key of an account."""
    return OwnerKey(ACCOUNT_OWNER + account_id.encode())


def holder_owner(holder_id: str) -> OwnerKey:
    """The owner key of a holder."""
    return OwnerKey(HOLDER_OWNER + holder_id.encode())


def _nothing(_: Any) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table(Generic[R]):
    """One kind of row. Tags are never reused.

    `unique` gives a value that leads to the row from anywhere, `due` the instant at which work on
    the row falls due; both are indexes that are rebuilt from the rows and are no state of their
    own.
    """

    name: str
    tag: int
    row: type[R]
    key: Callable[[R], bytes]
    unique: Callable[[R], bytes | None] = _nothing
    due: Callable[[R], Instant | None] = _nothing
    schema: Schema[R] = field(init=False)
    """How its rows are written."""
    prefix: bytes = field(init=False)
    """The tag, before each of its keys."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "schema", schema_of(self.row))
        object.__setattr__(self, "prefix", bytes((self.tag,)))

    @property
    def indexed(self) -> bool:
        """True if an index follows its rows."""
        return self.unique is not _nothing or self.due is not _nothing

    def row_key(self, key: bytes) -> RowKey:
        """The row key of a key in this table."""
        return RowKey(self.prefix + key)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AccountTable(Table[R]):
    """Rows that belong to an account."""

    def owner_of(self, owner_id: str) -> OwnerKey:
        """The owner key of an account."""
        return account_owner(owner_id)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HolderTable(Table[R]):
    """Rows that belong to a holder."""

    def owner_of(self, owner_id: str) -> OwnerKey:
        """The owner key of a holder."""
        return holder_owner(owner_id)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PublicTable(Table[R]):
    """Rows that anybody may read and have proved."""


OwnedTable = AccountTable[R] | HolderTable[R]


def text_key(*parts: str) -> bytes:
    """A key of identifiers, which hold no space."""
    return " ".join(parts).encode()


def number_key(*parts: int) -> bytes:
    """A key of numbers that sorts as they do."""
    return b"".join(part.to_bytes(8, "big") for part in parts)
