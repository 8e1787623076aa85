"""Allocate allowances to a Member that enrolled late.  (RB 2.7.1, 4.7)"""

from dataclasses import dataclass

from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocateLateMember:
    """The registrar's instruction to allocate to one Member what the others have."""

    member: HolderId
