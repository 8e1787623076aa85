"""Facilities, elections and baselines: how each came about, and what they come to.  (RB 6)"""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Final

from cfi.contracts.state.table import HolderTable, number_key, text_key
from cfi.contracts.wire.emissions import ElectricityOptIn, WarmingSet, YearEmissions, YearTonnes
from cfi.contracts.wire.quantities import BasisPoints, Count, Instant, Tonnes, Year
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import FacilityId, Identifier, Text


@unique
class ChangeKind(IntEnum):
    """How a facility came to a Member or left it."""

    ACQUISITION = 1
    SALE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitteeMethod:
    """What the Environmental Compliance Committee decided for a facility.  (RB 6.4, 6.6)"""

    excluded: bool
    figures: tuple[YearTonnes, ...]
    """The whole facility's emissions of years for which no method is prescribed."""
    method: Text
    decided_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility:
    """A facility as its Member filed it: the whole facility's emissions and the Member's share."""

    facility_id: FacilityId
    activity: Identifier
    """Functionally similar facilities name the same activity; `power` is electric power."""
    country: Identifier
    owner_share_bps: BasisPoints
    capacity_kilowatts: Count | None
    in_service: Instant | None
    """The day it went into service; None if before 1998."""
    shut_down: Instant | None
    emissions: tuple[YearEmissions, ...]
    data_attested_at: Instant | None
    """When an officer attested that the missing data are unavailable.  (RB 6.6)"""
    decision: CommitteeMethod | None
    filed_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class OptIns:
    """What a Member elected at enrolment.  (RB 6.7, 7.3)"""

    home_country: Identifier
    warming_set: WarmingSet
    small_source_activities: tuple[Identifier, ...]
    minor_ownership_activities: tuple[Identifier, ...]
    electricity: ElectricityOptIn
    countries: tuple[Identifier, ...]
    non_co2: bool
    steam: bool
    elected_at: Instant
    added_countries: tuple[Identifier, ...]
    """Those added after the baseline stood, which is to be established anew with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodElection:
    """The period whose average a Member takes as its baseline.  (RB file 13)"""

    period: Identifier
    elected_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityBaseline:
    """A facility's part in its Member's baseline."""

    facility_id: FacilityId
    included: bool
    reason: Identifier
    tonnes: Tonnes
    """To the nearest tonne; the Member's baseline sums exact figures."""
    methods: tuple[Text, ...]
    """How each year came about: the year and the method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearBaseline:
    """A Member's baseline in one year of the programme, to the nearest tonne."""

    year: Year
    tonnes: Tonnes


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A Member's baseline and how it was made."""

    enrolment_tonnes: Tonnes
    """To the nearest 100 t.  (RB 6.5.1)"""
    unrounded: Text
    """The exact tonnes as a fraction, `numerator/denominator`."""
    period: Identifier
    first_year: Year
    years: tuple[YearBaseline, ...]
    """After acquisitions and sales.  (RB 6.5.4, 6.5.5)"""
    facilities: tuple[FacilityBaseline, ...]
    inputs_hash: Hash
    """SHA-256 of the facilities' rows, the opt-ins, the elected period and the baseline that stood
    before, of those that there are.
    """
    approved_at: Instant

    def tonnes_in(self, year: int) -> Tonnes | None:
        """The baseline of a year, or None if the year doesn't bind."""
        return next((row.tonnes for row in self.years if row.year == year), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineChange:
    """A facility acquired or sold.  (RB 6.5.4, 6.5.5)"""

    number: Count
    """A Member's changes are counted from 1 as they are reported."""
    kind: ChangeKind
    facility_id: FacilityId
    baseline_tonnes: Tonnes
    first_day: Instant
    """The first day on which its emissions are included, or no longer are."""
    reported_at: Instant
    adjusted_at: Instant | None
    """When allowances were adjusted for it."""

    @property
    def came(self) -> bool:
        """True if it was acquired, False if it was sold."""
        return self.kind is ChangeKind.ACQUISITION


FACILITIES: Final = HolderTable(
    name="facilities", tag=0x40, row=Facility, key=lambda row: text_key(row.facility_id)
)
BASELINES: Final = HolderTable(name="baselines", tag=0x41, row=Baseline, key=lambda _: b"")
BASELINE_CHANGES: Final = HolderTable(
    name="baseline_changes",
    tag=0x42,
    row=BaselineChange,
    key=lambda row: number_key(row.number),
)
OPT_INS: Final = HolderTable(name="opt_ins", tag=0x43, row=OptIns, key=lambda _: b"")
PERIOD_ELECTIONS: Final = HolderTable(
    name="period_elections", tag=0x44, row=PeriodElection, key=lambda _: b""
)

TABLES: Final = (
    FACILITIES,
    BASELINES,
    BASELINE_CHANGES,
    OPT_INS,
    PERIOD_ELECTIONS,
)
