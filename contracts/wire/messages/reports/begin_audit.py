"""Begin the audit of an emission report.  (RB 10.3)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Year
from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginAudit:
    """The auditor begins with a Member's report."""

    member: HolderId
    year: Year
