"""Declare an emission report final.  (RB 10.3)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Year
from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class FinaliseReport:
    """The auditor is done with a Member's report, and it counts."""

    member: HolderId
    year: Year
