"""A Member's baseline is the yearly mean of what it includes.  (RB 6.1, 6.4, 6.5, 6.6)"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from typing import Final

from cfi.contracts.figures import facility as figures
from cfi.contracts.figures.baseline import Assessed, assess, entity_baseline, rounded_baseline
from cfi.contracts.figures.dates import day_of
from cfi.contracts.figures.errors import FigureError
from cfi.contracts.figures.inclusion import HOME_OF_THE_EXCHANGE, Reason
from cfi.contracts.figures.missing_data import Method
from cfi.contracts.figures.schedule import baseline_period, years_bound
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.filings import baseline_open, member_of
from cfi.contracts.state.notices import NoticeKind, notify
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.baseline import (
    BASELINES,
    FACILITIES,
    OPT_INS,
    Baseline,
    Facility,
    FacilityBaseline,
    OptIns,
    YearBaseline,
)
from cfi.contracts.state.totals import totals_after
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_MEMBER_TONNES
from cfi.contracts.wire.messages.baseline.establish_baseline import EstablishBaseline
from cfi.contracts.wire.programme import BaselinePeriod
from cfi.contracts.wire.quantities import Days, Tonnes, nearest
from cfi.contracts.wire.refusal import Refusal, RefusedError, require
from cfi.contracts.wire.schema import Hash, schema_of
from cfi.contracts.wire.text import HolderId, Identifier, Text

_KILOWATTS: Final = 1_000
_DATA_ARE_THERE: Final = (Method.REPORTED, Method.NOT_IN_SERVICE, Method.SHUT_DOWN)


def establish_baseline(
    state: StateView, message: EstablishBaseline, block: BlockContext
) -> Changes:
    """Work the baseline out from the facilities as filed, elected and decided on."""
    holder = member_of(state, message.member)
    baseline_open(state, message.member)
    facilities = list(state.facilities.of(message.member).all())
    require(facilities, Refusal.NOTHING_FILED, "RB 6.4", member=message.member)
    opt_ins = state.opt_ins.get(message.member)
    try:
        period = _period(state, message.member)
        assessed = _assess(facilities, opt_ins, period)
        years = years_bound(terms_of(state), holder.first_year)
    except FigureError as error:
        told = {"member": message.member, "why": error.code.value}
        raise RefusedError(Refusal.NO_BASELINE_METHOD, "RB 6.6", told) from None
    require(
        all(map(_attested, facilities, assessed)),
        Refusal.DATA_NOT_ATTESTED,
        "RB 6.6",
        member=message.member,
    )

    exact = entity_baseline(assessed)
    tonnes = _believable(rounded_baseline(exact))
    baseline = Baseline(
        enrolment_tonnes=tonnes,
        unrounded=Text(f"{exact.numerator}/{exact.denominator}"),
        period=Identifier(period.name),
        first_year=holder.first_year,
        years=tuple(YearBaseline(year=year, tonnes=tonnes) for year in years),
        facilities=tuple(map(_as_recorded, facilities, assessed)),
        inputs_hash=_inputs_hash(facilities, opt_ins),
        approved_at=block.now,
    )
    return Changes.of(
        _written(state, message.member, baseline),
        notify(state, block, NoticeKind.BASELINE_ESTABLISHED, message.member),
        baseline_tonnes=tonnes,
        nearest_tonne=nearest(exact),
    )


def _believable(tonnes: Tonnes) -> Tonnes:
    require(
        tonnes <= MAX_MEMBER_TONNES, Refusal.TOO_MANY_TONNES, "RB 6.5.1", baseline_tonnes=tonnes
    )
    return tonnes


def _written(state: StateView, member: HolderId, baseline: Baseline) -> Changes:
    """The baseline and the programme's total with it; the elections are taken into account."""
    opt_ins = state.opt_ins.get(member)
    changes = Changes.of(
        put(BASELINES, member, baseline),
        totals_after(state, state.baselines.get(member), baseline),
    )
    if opt_ins is None:
        return changes
    return Changes.of(changes, put(OPT_INS, member, replace(opt_ins, reopened=False)))


def _period(state: StateView, member: HolderId) -> BaselinePeriod:
    """The period elected, else the programme's first."""
    terms = terms_of(state)
    election = state.period_elections.get(member)
    return (
        terms.baseline_periods[0] if election is None else baseline_period(terms, election.period)
    )


def _assess(
    facilities: Sequence[Facility], opt_ins: OptIns | None, period: BaselinePeriod
) -> tuple[Assessed, ...]:
    """Each facility's baseline and whether it is in.

    What is opted in shows first as what wouldn't be in by itself.
    """
    entity = [_as_figured(facility) for facility in facilities]
    home = HOME_OF_THE_EXCHANGE if opt_ins is None else opt_ins.home_country
    by_itself = assess(entity, period, home, electricity=False)
    if opt_ins is None:
        return by_itself
    elected = [
        replace(one.facility, opted_in=_elected(one, filed, opt_ins))
        for one, filed in zip(by_itself, facilities, strict=True)
    ]
    return assess(elected, period, home, electricity=False)


def _elected(one: Assessed, filed: Facility, opt_ins: OptIns) -> bool:
    """Whether the Member opted in what isn't included by itself.  (RB 6.7)"""
    match one.reason:
        case Reason.OTHER_COUNTRY:
            return filed.country in opt_ins.countries
        case Reason.MINOR_OWNERSHIP:
            return filed.activity in opt_ins.minor_ownership_activities
        case Reason.SMALL_SOURCE | Reason.SMALL_POWER:
            return filed.activity in opt_ins.small_source_activities
        case _:
            return False


def _as_figured(filed: Facility) -> figures.Facility:
    """A facility as the figures take it."""
    decision = filed.decision
    capacity = filed.capacity_kilowatts
    return figures.Facility(
        facility_id=filed.facility_id,
        activity=filed.activity,
        country=filed.country,
        owner_share_bps=filed.owner_share_bps,
        capacity_mw=None if capacity is None else Fraction(capacity, _KILOWATTS),
        opted_in=False,
        excluded_by_committee=decision is not None and decision.excluded,
        in_service=None if filed.in_service is None else day_of(filed.in_service),
        shut_down=None if filed.shut_down is None else day_of(filed.shut_down),
        data=tuple(
            figures.YearData(
                year=year.year,
                quantity=Fraction(year.tonnes),
                days=figures.days_in(year.year)
                if year.covered_days is None
                else Days(year.covered_days),
            )
            for year in filed.emissions
        ),
        committee_figures=tuple(
            figures.CommitteeFigure(year=figure.year, quantity=Fraction(figure.tonnes))
            for figure in (() if decision is None else decision.figures)
        ),
    )


def _attested(filed: Facility, one: Assessed) -> bool:
    """Whether no data that count are missing, or an officer attested that they are unavailable."""
    if filed.data_attested_at is not None or not one.included or one.baseline is None:
        return True
    return all(year.method in _DATA_ARE_THERE for year in one.baseline.years)


def _as_recorded(filed: Facility, one: Assessed) -> FacilityBaseline:
    years = () if one.baseline is None else one.baseline.years
    return FacilityBaseline(
        facility_id=filed.facility_id,
        included=one.included,
        reason=Identifier(one.reason.value),
        tonnes=Tonnes(0 if one.baseline is None else nearest(one.baseline.quantity)),
        methods=tuple(Text(f"{year.year} {year.method.value}") for year in years),
    )


def _inputs_hash(facilities: Sequence[Facility], opt_ins: OptIns | None) -> Hash:
    """SHA-256 of what the baseline was worked out from."""
    parts = [FACILITIES.schema.encode(facility) for facility in facilities]
    if opt_ins is not None:
        parts.append(schema_of(OptIns).encode(opt_ins))
    return Hash(sha256(b"".join(parts)).digest())
