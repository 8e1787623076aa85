"""Attest that a facility's missing data are unavailable.  (RB 6.6)"""

from dataclasses import dataclass

from cfi.contracts.wire.text import FacilityId


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestMissingData:
    """An officer's statement that the data missing for a facility are unavailable."""

    facility_id: FacilityId
