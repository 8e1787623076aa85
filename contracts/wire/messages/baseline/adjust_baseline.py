"""Adjust a Member's allowances to the facilities that came and went.  (RB 6.5.6)"""

from dataclasses import dataclass

from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustBaseline:
    """The registrar's instruction to bring a Member's baseline and allowances up to date."""

    member: HolderId
