"""A row with its place: its slot in its owner's tree, and the height at which it was written."""

from typing import Final

from cfi.contracts.state.table import RowKey

SLOT_BYTES: Final = 4
HEIGHT_BYTES: Final = 8
PREFIX_BYTES: Final = SLOT_BYTES + HEIGHT_BYTES
"""What stands before each packed row."""

Placed = dict[int, bytes]
"""By slot, a row's place and the row as it is shown, or nothing where the slot is free."""


def place_of(row: bytes) -> tuple[int, int]:
    """A packed row's slot and the height at which it was written."""
    slot, written_at = row[:SLOT_BYTES], row[SLOT_BYTES:PREFIX_BYTES]
    return int.from_bytes(slot, "big"), int.from_bytes(written_at, "big")


def shown(key: RowKey, row: bytes) -> bytes:
    """A row as it is hashed and shown: its table's tag before it, so that it can't pass for another
    table's.
    """
    return key[:1] + row
