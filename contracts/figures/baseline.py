"""A Member's baseline, and what acquisitions and sales change.  (RB 6.1, 6.5.1, 6.5.4, 6.5.5)"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from fractions import Fraction
from typing import Final

from cfi.contracts.figures.errors import FigureCode, FigureError
from cfi.contracts.figures.facility import CalendarDay, Facility, days_left
from cfi.contracts.figures.facility_baseline import FacilityBaseline, check, facility_baseline
from cfi.contracts.figures.inclusion import (
    IN,
    Reason,
    Sized,
    inclusion,
    out_by_ownership,
)
from cfi.contracts.wire.programme import BaselinePeriod
from cfi.contracts.wire.quantities import (
    BasisPoints,
    SignedTonnes,
    Tonnes,
    Year,
    less_share,
    nearest,
    nearest_hundred,
)

_DAYS_OF_THE_FRACTION: Final = 365
"""In leap years too, as the Rulebook prints it."""
_MOST_ROUNDED_OFF: Final = 50
"""Of a baseline, which is rounded to 100 t; of each facility it is half a tonne at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """A facility with its baseline and whether the Member's includes it."""

    facility: Facility
    baseline: FacilityBaseline | None
    """None where its data can't be had and aren't needed."""
    reason: Reason

    @property
    def included(self) -> bool:
        """Whether the Member's baseline includes it."""
        return self.reason in IN


@unique
class ChangeKind(StrEnum):
    """How a facility came or went."""

    ACQUISITION = "acquisition"
    SALE = "sale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A facility that came or went after the baseline was set."""

    kind: ChangeKind
    facility_id: str
    baseline: Fraction
    """The owned baseline that comes or goes, in tonnes."""
    date: CalendarDay
    """The first day that the facility's emissions are included, or no longer are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearBaseline:
    """A Member's baseline and allocation of one year, to the nearest tonne."""

    year: Year
    baseline_tonnes: Tonnes
    allocation_tonnes: Tonnes
    allocation_change_tonnes: SignedTonnes


def assess(
    entity: Sequence[Facility], period: BaselinePeriod, home_country: str, *, electricity: bool
) -> tuple[Assessed, ...]:
    """Each facility's baseline, and whether it is in, in order.

    Refused as `facility_baseline` and `inclusion` are.  (RB 6.4, 6.5, 6.6)
    """
    known = [_known(facility, period, electricity=electricity) for facility in entity]
    sized = [
        Sized(facility=facility, owned=_owned(baseline))
        for facility, baseline in zip(entity, known, strict=True)
    ]
    reasons = inclusion(sized, home_country, electricity=electricity)
    return tuple(
        Assessed(facility=facility, baseline=baseline, reason=reason)
        for facility, baseline, reason in zip(entity, known, reasons, strict=True)
    )


def entity_baseline(assessed: Sequence[Assessed]) -> Fraction:
    """The sum of the included facilities' baselines, exact."""
    known = (one.baseline.quantity for one in assessed if one.included and one.baseline is not None)
    return sum(known, Fraction(0))


def rounded_baseline(exact: Fraction) -> Tonnes:
    """A Member's baseline, to the nearest 100 t or 100 MWh.  (RB 6.5.1)"""
    return Tonnes(nearest_hundred(exact))


def fraction_of_year(date: CalendarDay, year: Year) -> Fraction:
    """The part of a year that a change from a day on counts for: min(1, days / 365).  (RB 6.5.4)"""
    if year != date.year:
        return Fraction(1 if year > date.year else 0)
    return min(Fraction(1), Fraction(days_left(date), _DAYS_OF_THE_FRACTION))


def allocation_change(change: Change, year: Year, reduction_bps: BasisPoints) -> SignedTonnes:
    """Allowances to issue, or to retire, for a change in a year, in tonnes.  (RB 6.5.4, 6.5.5)"""
    return SignedTonnes(nearest(less_share(_counted(change, year), reduction_bps)))


def year_baseline(
    baseline: Tonnes, changes: Sequence[Change], year: Year, reduction_bps: BasisPoints
) -> YearBaseline:
    """A Member's baseline and allocation of a year after all changes; each is rounded to a tonne.

    Where everything went, what rounding took from the whole and not from its parts leaves nothing.
    Refused with BASELINE_BELOW_ZERO where more went than there was.  (RB 6.5.4, 6.5.5)
    """
    after = baseline + sum(nearest(_counted(change, year)) for change in changes)
    if after < -(_MOST_ROUNDED_OFF + len(changes)):
        raise FigureError(FigureCode.BASELINE_BELOW_ZERO, year=year, baseline=after)
    changed = sum(allocation_change(change, year, reduction_bps) for change in changes)
    return YearBaseline(
        year=year,
        baseline_tonnes=Tonnes(max(0, after)),
        allocation_tonnes=Tonnes(max(0, nearest(less_share(baseline, reduction_bps)) + changed)),
        allocation_change_tonnes=SignedTonnes(changed),
    )


def _counted(change: Change, year: Year) -> Fraction:
    counted = change.baseline * fraction_of_year(change.date, year)
    return counted if change.kind == ChangeKind.ACQUISITION else -counted


def _known(
    facility: Facility, period: BaselinePeriod, *, electricity: bool
) -> FacilityBaseline | None:
    """A facility's baseline; None where no data are needed to leave it out and there are none."""
    if facility.data or not _left_out(facility, electricity=electricity):
        return facility_baseline(facility, period, electricity=electricity)
    check(facility)
    return None


def _left_out(facility: Facility, *, electricity: bool) -> bool:
    """Whether a facility is out whatever its data would say."""
    if facility.excluded_by_committee:
        return True
    return not facility.opted_in and out_by_ownership(facility, electricity=electricity)


def _owned(baseline: FacilityBaseline | None) -> Fraction | None:
    if baseline is None:
        return Fraction(0)
    return baseline.quantity if baseline.years else None
