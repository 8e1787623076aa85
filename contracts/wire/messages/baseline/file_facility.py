"""File a facility for the baseline.  (RB 6.4, 6.5)"""

from dataclasses import dataclass

from cfi.contracts.wire.emissions import YearEmissions
from cfi.contracts.wire.quantities import BasisPoints, Count, Instant
from cfi.contracts.wire.text import FacilityId, Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacility:
    """A Member's statement of a facility: the whole facility's emissions and the Member's share."""

    facility_id: FacilityId
    activity: Identifier
    """Functionally similar facilities name the same activity; `power` is electric power."""
    country: Identifier
    owner_share_bps: BasisPoints
    capacity_kilowatts: Count | None
    in_service: Instant | None
    """Its first day of service; None if before 1970."""
    shut_down: Instant | None
    """Its last day."""
    emissions: tuple[YearEmissions, ...]
