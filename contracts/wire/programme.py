"""A programme's numbers as plain values.  (RB 4, 6, 7.3, RB file 13)

A limit that the programme doesn't set is absent: whoever needs it has to set it first.
"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import BasisPoints, Count, Days, Height, SmallCode, Tonnes, Year
from cfi.contracts.wire.text import Identifier, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRate:
    """A percentage that applies in one year."""

    year: Year
    bps: BasisPoints
    section: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A tonnage with its source."""

    tonnes: Tonnes
    section: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A percentage with its source."""

    bps: BasisPoints
    section: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ReductionSchedule:
    """How far below baseline the Members of some first years have to be."""

    from_first_year: Year
    to_first_year: Year
    rows: tuple[YearRate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselinePeriod:
    """Years whose average a Member may take as its baseline."""

    name: Identifier
    first_year: Year
    last_year: Year
    section: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectricityRate:
    """Tonnes per hundred megawatt-hours bought in a country."""

    country: Identifier
    tonnes_per_hundred_mwh: Count
    section: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmingPotential:
    """Tonnes of carbon dioxide that a tonne of a gas counts for, in two editions."""

    gas: Identifier
    ipcc_1995: Count
    ipcc_2001: Count
    section: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueUpStage:
    """When a stage of a true-up begins: a day of the year after the compliance year, 00:00 UTC."""

    stage: Identifier
    month: SmallCode
    day: SmallCode
    section: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A fee of the schedule; the amount is the Executive Committee's to set."""

    name: Identifier
    section: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Protections:
    """What protects a holder that chose nothing else."""

    transfer_delay_days: Days
    second_approver: bool
    section: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOver:
    """The part of an earlier phase's Super Reductions and Special Reserve usable in some years."""

    earned_first_year: Year
    earned_last_year: Year
    usable: tuple[YearRate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeTerms:
    """Everything a phase of the programme sets."""

    name: Identifier
    activation_height: Height
    first_year: Year
    last_year: Year
    bound_for_all_years: bool
    """Whether a Member that enrols late is bound for the years before too, which it can't sell."""
    vintages: tuple[Year, ...]
    reductions: tuple[ReductionSchedule, ...]
    growth_provision: tuple[YearRate, ...]
    sales_limit: tuple[YearRate, ...]
    usable_offsets: tuple[YearRate, ...]
    owned_offsets: tuple[YearRate, ...]
    early_action_share: tuple[YearRate, ...]
    """Of the offsets and early action credits used, the most that may be early action credits."""
    max_recognised_threshold: Threshold
    new_unit_exemption: Threshold
    withheld: Rate
    special_reserve_years: tuple[Year, ...]
    baseline_periods: tuple[BaselinePeriod, ...]
    electricity_rates: tuple[ElectricityRate, ...]
    warming_potentials: tuple[WarmingPotential, ...]
    true_up: tuple[TrueUpStage, ...]
    protections: Protections
    fees: tuple[Fee, ...]
    fewest_members_published: Count
    """Programme-wide figures are published only where at least so many Members are in them."""
    carried_over: CarriedOver | None
