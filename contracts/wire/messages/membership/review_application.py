"""Review an application.  (RB 3.8)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewApplication:
    """What the Provider of Regulatory Services finds."""

    applicant: HolderId
    complete: bool
    eligible: bool
    at_risk: bool
    """The criteria are met minimally."""
    evidence: Hash
