"""Elect what is to be included beyond the large sources.  (RB 6.4, 6.7, 7.3)"""

from dataclasses import dataclass

from cfi.contracts.wire.emissions import ElectricityOptIn, WarmingSet
from cfi.contracts.wire.text import Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectOptIns:
    """A Member's elections at enrolment; all of them at once."""

    home_country: Identifier
    primarily_power: bool
    """Whether the Member is primarily engaged in electric power production."""
    warming_set: WarmingSet
    small_source_activities: tuple[Identifier, ...]
    minor_ownership_activities: tuple[Identifier, ...]
    electricity: ElectricityOptIn
    countries: tuple[Identifier, ...]
    """Countries whose large sources are opted in."""
    non_co2: bool
    steam: bool
