"""Report a facility acquired.  (RB 6.5.4)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Instant, Tonnes
from cfi.contracts.wire.text import FacilityId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAcquisition:
    """A Member's report of a facility that it has acquired."""

    facility_id: FacilityId
    baseline_tonnes: Tonnes
    """The Member's share of the facility's baseline."""
    first_day: Instant
    """The first day on which its emissions are included."""
