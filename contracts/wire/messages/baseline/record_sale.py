"""Report a facility sold.  (RB 6.5.5)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Instant, Tonnes
from cfi.contracts.wire.text import FacilityId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSale:
    """A Member's report of a facility that it has sold."""

    facility_id: FacilityId
    baseline_tonnes: Tonnes
    """The part of the Member's baseline that goes."""
    first_day: Instant
    """The first day on which its emissions are no longer included."""
