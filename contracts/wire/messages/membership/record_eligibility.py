"""Record an Eligible Commercial Entity.  (RB 2.3, 3.8)"""

from dataclasses import dataclass

from cfi.contracts.wire.parties import EligibilityCategory
from cfi.contracts.wire.quantities import Instant, SmallCode
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEligibility:
    """The Provider of Regulatory Services finds a holder eligible, on one ground of each column
    of the application form.
    """

    holder_id: HolderId
    category: EligibilityCategory
    column_one: SmallCode
    """Number of the ground."""
    column_two: SmallCode
    """Number of the ground."""
    evidence: Hash
    review_by: Instant
    """When the next review is due: within a year."""
