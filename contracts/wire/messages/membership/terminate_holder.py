"""Terminate a holder.  (RB 2.8, 2.11)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateHolder:
    """The Exchange ends a membership or participation."""

    holder_id: HolderId
    reason: Text
    decision: Hash
    """SHA-256 of the written decision."""
