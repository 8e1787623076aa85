"""Suspend a holder.  (RB 2.8, 2.11)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendHolder:
    """The Exchange suspends a holder by decision."""

    holder_id: HolderId
    reason: Text
    decision: Hash
    """SHA-256 of the written decision."""
