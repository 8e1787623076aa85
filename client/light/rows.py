"""Rows as they are shown: a table's tag, and the row's encoding."""

from typing import Any

from cfi.contracts.state.catalogue import TABLES
from cfi.contracts.wire.codec import CodecError


def read_shown_row(shown: bytes) -> Any:
    """The typed row; raises CodecError."""
    table = TABLES.get(shown[0]) if shown else None
    if table is None:
        raise CodecError("a row of no table that is known here")
    return table.schema.decode(shown[1:])
