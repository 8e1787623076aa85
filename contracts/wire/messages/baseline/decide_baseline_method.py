"""Decide what a facility counts for where the Rulebook prescribes nothing.  (RB 6.4, 6.6)"""

from dataclasses import dataclass

from cfi.contracts.wire.emissions import YearTonnes
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import FacilityId, HolderId, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideBaselineMethod:
    """The Environmental Compliance Committee's decision on a facility whose data can't be had."""

    member: HolderId
    facility_id: FacilityId
    filing_hash: Hash
    """SHA-256 of the facility as filed, whatever was attested or decided of it."""
    excluded: bool
    figures: tuple[YearTonnes, ...]
    """The whole facility's emissions of years for which no method is prescribed."""
    method: Text
