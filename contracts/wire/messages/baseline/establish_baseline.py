"""Establish a Member's baseline.  (RB 6.5)"""

from dataclasses import dataclass

from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class EstablishBaseline:
    """The registrar's instruction to work out a Member's baseline from what it filed."""

    member: HolderId
