"""Which facilities a Member's baseline includes, and why.  (RB 1.3, 6.4, 6.7.1, 6.7.2, 6.7.3)"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from fractions import Fraction
from typing import Final

from cfi.contracts.figures.errors import FigureCode, FigureError
from cfi.contracts.figures.facility import POWER, Facility
from cfi.contracts.wire.quantities import BasisPoints, share

LEAST_SHARE_BPS: Final = BasisPoints(2_000)
LEAST_CAPACITY_MW: Final = 25
MOST_EXCLUDED_SHARE_BPS: Final = BasisPoints(5_000)
HOME_OF_THE_EXCHANGE: Final = "US"


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeTest:
    """What makes an activity large: a share of a large entity, a quantity in a smaller one."""

    large_entity: int
    share_bps: BasisPoints
    quantity: int


EMISSIONS: Final = SizeTest(large_entity=200_000, share_bps=BasisPoints(500), quantity=10_000)
ELECTRICITY: Final = SizeTest(large_entity=300_000, share_bps=BasisPoints(500), quantity=15_000)


@unique
class Reason(StrEnum):
    """Why a facility is in or out."""

    LARGE_SOURCE = "large-source"
    LARGE_POWER = "large-power"
    OPTED_IN = "opted-in"
    SMALL_SOURCE = "small-source"
    SMALL_POWER = "small-power"
    MINOR_OWNERSHIP = "minor-ownership"
    OTHER_COUNTRY = "other-country"
    COMMITTEE = "excluded-by-committee"
    NEW = "in-service-after-the-period"


IN: Final = (Reason.LARGE_SOURCE, Reason.LARGE_POWER, Reason.OPTED_IN)
_LARGE: Final = (Reason.LARGE_SOURCE, Reason.LARGE_POWER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """A facility with the owned average that its activity's size is judged by."""

    facility: Facility
    owned: Fraction | None
    """Tonnes or megawatt-hours a year; None where it came after the baseline period."""


def inclusion(
    entity: Sequence[Sized], home_country: str, *, electricity: bool = False
) -> tuple[Reason, ...]:
    """Each facility's reason to be in or out, in order.

    Refused where a capacity is wanted (CAPACITY_UNKNOWN), an opt-in isn't of the whole activity
    (NOT_THE_WHOLE_ACTIVITY) or leaves out the country's large sources (LARGE_SOURCES_FIRST), or an
    exclusion isn't the committee's to give (SHARE_TOO_LARGE_TO_EXCLUDE).  (RB 6.4, 6.7)
    """
    by_itself = _by_itself(entity, electricity=electricity)
    required = _required_countries(entity, by_itself, home_country, electricity=electricity)
    reasons = []
    for one, reason in zip(entity, by_itself, strict=True):
        abroad = required is not None and one.facility.country not in required
        reasons.append(Reason.OTHER_COUNTRY if abroad and reason in _LARGE else reason)
    _check_opt_ins(entity, reasons, required)
    return tuple(
        Reason.OPTED_IN if one.facility.opted_in and reason in _ELECTIVE else reason
        for one, reason in zip(entity, reasons, strict=True)
    )


_ELECTIVE: Final = (
    Reason.SMALL_SOURCE,
    Reason.SMALL_POWER,
    Reason.MINOR_OWNERSHIP,
    Reason.OTHER_COUNTRY,
)


def _by_itself(entity: Sequence[Sized], *, electricity: bool) -> list[Reason]:
    """Each facility's reason as if every country were included and nothing opted in."""
    test = ELECTRICITY if electricity else EMISSIONS
    total = sum((one.owned for one in entity if one.owned is not None), Fraction(0))
    least = share(total, test.share_bps) if total >= test.large_entity else Fraction(test.quantity)
    sums = _activity_sums(entity)
    return [
        _power_reason(one.facility)
        if one.facility.activity == POWER and not electricity and _may_be_in(one)
        else _reason(one, sums, least, electricity=electricity)
        for one in entity
    ]


def activity_of(facility: Facility) -> tuple[str, str]:
    """What a facility is functionally similar to: its activity, or only itself."""
    if facility.activity is None:
        return "facility", facility.facility_id
    return "activity", facility.activity


def _activity_sums(entity: Sequence[Sized]) -> dict[tuple[str, str], Fraction]:
    sums: dict[tuple[str, str], Fraction] = {}
    for one in entity:
        activity = activity_of(one.facility)
        sums[activity] = sums.get(activity, Fraction(0)) + (one.owned or Fraction(0))
    return sums


def _may_be_in(one: Sized) -> bool:
    return one.owned is not None and not one.facility.excluded_by_committee


def _reason(
    one: Sized,
    sums: Mapping[tuple[str, str], Fraction],
    least: Fraction,
    *,
    electricity: bool,
) -> Reason:
    facility = one.facility
    if facility.excluded_by_committee:
        return _excluded(facility)
    if one.owned is None:
        return Reason.NEW
    if facility.owner_share_bps < LEAST_SHARE_BPS and not electricity:
        return Reason.MINOR_OWNERSHIP
    return Reason.LARGE_SOURCE if sums[activity_of(facility)] >= least else Reason.SMALL_SOURCE


def out_by_ownership(facility: Facility, *, electricity: bool) -> bool:
    """Whether a facility is out for its owner's share, however much it emits.

    A small share of electricity bought leaves nothing out. Refused with CAPACITY_UNKNOWN where a
    power facility states none.  (RB 6.4, 6.7.2)
    """
    if electricity or facility.owner_share_bps >= LEAST_SHARE_BPS:
        return False
    return facility.activity != POWER or _power_reason(facility) is not Reason.LARGE_POWER


def _power_reason(facility: Facility) -> Reason:
    """By capacity: rated 25 MW or more, and a share of 20% or of 25 MW.  (RB 1.3, 6.4, 6.7.2)"""
    if facility.capacity_mw is None:
        raise FigureError(FigureCode.CAPACITY_UNKNOWN, facility_id=facility.facility_id)
    if facility.capacity_mw < LEAST_CAPACITY_MW:
        return Reason.SMALL_POWER
    owned_mw = share(facility.capacity_mw, facility.owner_share_bps)
    if facility.owner_share_bps >= LEAST_SHARE_BPS or owned_mw >= LEAST_CAPACITY_MW:
        return Reason.LARGE_POWER
    return Reason.MINOR_OWNERSHIP


def _excluded(facility: Facility) -> Reason:
    """Its data can't be had: the committee may exclude a share up to 50%.  (RB 6.4)"""
    if facility.owner_share_bps > MOST_EXCLUDED_SHARE_BPS:
        raise FigureError(
            FigureCode.SHARE_TOO_LARGE_TO_EXCLUDE,
            facility_id=facility.facility_id,
            owner_share_bps=facility.owner_share_bps,
        )
    return Reason.COMMITTEE


def _required_countries(
    entity: Sequence[Sized], reasons: Sequence[Reason], home: str, *, electricity: bool
) -> tuple[str, ...] | None:
    """The countries whose large sources have to be in, or None for all.  (RB 6.4, Table 6.1)

    With large sources in the United States: there and at home; else everywhere. Electricity bought
    abroad is an election of its own.
    """
    if electricity:
        return (home,)
    large = [one.facility for one, why in zip(entity, reasons, strict=True) if why in _LARGE]
    if any(facility.country == HOME_OF_THE_EXCHANGE for facility in large):
        return HOME_OF_THE_EXCHANGE, home
    return None


def _check_opt_ins(
    entity: Sequence[Sized], reasons: Sequence[Reason], required: tuple[str, ...] | None
) -> None:
    """All functionally similar facilities are opted in, or none; abroad the large ones first.

    (RB 6.4.4, 6.7.1, 6.7.2, Table 6.1)
    """
    elective = [
        (one.facility, reason)
        for one, reason in zip(entity, reasons, strict=True)
        if reason in _ELECTIVE
    ]
    elected: dict[tuple[str, str, str, str], bool] = {}
    for facility, reason in elective:
        similar = ("", "") if reason == Reason.OTHER_COUNTRY else activity_of(facility)
        group = (reason.value, facility.country, *similar)
        if elected.setdefault(group, facility.opted_in) != facility.opted_in:
            raise FigureError(FigureCode.NOT_THE_WHOLE_ACTIVITY, facility_id=facility.facility_id)
    for facility, _ in elective:
        large = elected.get((Reason.OTHER_COUNTRY.value, facility.country, "", ""), True)
        if required is not None and facility.opted_in and not large:
            raise FigureError(FigureCode.LARGE_SOURCES_FIRST, facility_id=facility.facility_id)
