"""Recommend on an application.  (RB 2.4.1, 3.7.10, 3.12)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendApplication:
    """How the Committee on Membership voted."""

    applicant: HolderId
    grant: bool
    members: Count
    """All voting members of the committee."""
    in_favour: Count
    """Of the recommendation."""
    against: Count
    recused: Count
    minutes: Hash
