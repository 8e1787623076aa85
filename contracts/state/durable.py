"""Keys of the durable copy: what a block writes besides its own bytes."""

from cfi.contracts.state.table import OwnerKey, RowKey

Batch = list[tuple[bytes, bytes | None]]
"""Keys and values to write, None to delete."""

ROWS = b"r"
SEEDS = b"s"
PUBLIC_ROWS = b"p"
MOVEMENTS = b"m"
WINDOW = b"w"
_END = b"\x00"


def row_key(owner: OwnerKey, key: RowKey) -> bytes:
    """An owner's row. Owner keys are printable, so the zero byte ends them."""
    return ROWS + owner + _END + key


def split_row_key(key: bytes) -> tuple[OwnerKey, RowKey]:
    """The owner and the row key of a durable key."""
    owner, _, row = key[1:].partition(_END)
    return OwnerKey(owner), RowKey(row)


def seed_key(owner: OwnerKey) -> bytes:
    """An owner's seed."""
    return SEEDS + owner


def public_key(key: RowKey) -> bytes:
    """A public row."""
    return PUBLIC_ROWS + key


def movement_key(owner: OwnerKey, number: int) -> bytes:
    """One movement of an account, numbered from 1."""
    return MOVEMENTS + owner + _END + number.to_bytes(8, "big")


def window_key(height: int) -> bytes:
    """The ids of the acts that a height decided, joined."""
    return WINDOW + height.to_bytes(8, "big")


def height_of_window_key(key: bytes) -> int:
    """The height of such a key."""
    return int.from_bytes(key[1:], "big")
