"""A Member's baseline is the yearly mean of what it includes.  (RB 6.1, 6.4, 6.5, 6.6)"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import sha256
from typing import Final

from cfi.contracts.figures import facility as figures
from cfi.contracts.figures.adjusted import YearDue, change_from, year_due
from cfi.contracts.figures.baseline import Assessed, assess, entity_baseline, rounded_baseline
from cfi.contracts.figures.dates import day_of
from cfi.contracts.figures.errors import FigureCode, FigureError
from cfi.contracts.figures.inclusion import HOME_OF_THE_EXCHANGE, Reason
from cfi.contracts.figures.missing_data import Method
from cfi.contracts.figures.schedule import baseline_period, years_bound
from cfi.contracts.state.adjustment import adjust_allowances
from cfi.contracts.state.changes import NO_CHANGES, Changes, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.filings import baseline_open, member_of, no_true_up_runs
from cfi.contracts.state.notices import NoticeKind, notify
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.baseline import (
    BASELINES,
    FACILITIES,
    OPT_INS,
    PERIOD_ELECTIONS,
    Baseline,
    Facility,
    FacilityBaseline,
    OptIns,
    YearBaseline,
)
from cfi.contracts.state.rows.membership import Holder
from cfi.contracts.state.totals import with_baseline
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_MEMBER_TONNES
from cfi.contracts.wire.messages.baseline.establish_baseline import EstablishBaseline
from cfi.contracts.wire.programme import BaselinePeriod
from cfi.contracts.wire.quantities import Days, Instant, Tonnes, nearest
from cfi.contracts.wire.refusal import Refusal, RefusedError, require
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId, Identifier, Text

_KILOWATTS: Final = 1_000
_DATA_ARE_THERE: Final = (Method.REPORTED, Method.NOT_IN_SERVICE, Method.SHUT_DOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class _WorkedOut:
    """A baseline and what it was made by the way."""

    baseline: Baseline
    exact: Fraction
    years: tuple[YearDue, ...]


def establish_baseline(
    state: StateView, message: EstablishBaseline, block: BlockContext
) -> Changes:
    """Work the baseline out from the facilities as filed, elected and decided on.

    Established anew with countries added, it keeps what acquisitions and sales changed, and
    allowances follow it at once.
    """
    made = _worked_out(state, message.member, block.now)
    before, baseline = state.baselines.get(message.member), made.baseline
    require(
        message.inputs_hash == baseline.inputs_hash,
        Refusal.INPUTS_CHANGED,
        "RB 3.6",
        what="inputs_hash",
    )
    require(
        message.baseline_tonnes == baseline.enrolment_tonnes,
        Refusal.INPUTS_CHANGED,
        "RB 3.6",
        what="baseline_tonnes",
    )
    draft = Draft(state)
    if state.allocations.of(message.member).keys():
        for due in made.years:
            adjust_allowances(draft, block, message.member, due)
    return Changes.of(
        draft.changes,
        _written(state, message.member, baseline),
        with_baseline(state, block.holder_id, before, baseline),
        NO_CHANGES if before is None else notify(state, block, NoticeKind.BASELINE_CHANGED),
        baseline_tonnes=baseline.enrolment_tonnes,
        nearest_tonne=nearest(made.exact),
    )


def baseline_due(state: StateView, member: HolderId, now: Instant) -> Baseline:
    """The baseline that a Member's filings and elections come to, with their hash.

    Refused where it can't be established: what is to be approved is read from here.
    """
    return _worked_out(state, member, now).baseline


def _worked_out(state: StateView, member: HolderId, now: Instant) -> _WorkedOut:
    holder = member_of(state, member)
    baseline_open(state, member)
    if state.baselines.get(member) is not None:
        no_true_up_runs(state)
    facilities = list(state.facilities.of(member).all())
    require(facilities, Refusal.NOTHING_FILED, "RB 6.4", member=member)
    try:
        period = _period(state, member)
        assessed = _assess(facilities, state.opt_ins.get(member), period)
    except FigureError as error:
        told = {"member": member, "why": error.code.value}
        raise RefusedError(Refusal.NO_BASELINE_METHOD, "RB 6.6", told) from None
    require(
        all(map(_attested, facilities, assessed)),
        Refusal.DATA_NOT_ATTESTED,
        "RB 6.6",
        member=member,
    )

    exact = entity_baseline(assessed)
    tonnes = _believable(rounded_baseline(exact))
    years = _years_due(state, holder, tonnes)
    baseline = Baseline(
        enrolment_tonnes=tonnes,
        unrounded=Text(f"{exact.numerator}/{exact.denominator}"),
        period=Identifier(period.name),
        first_year=holder.first_year,
        years=tuple(
            YearBaseline(year=due.year, tonnes=due.figure.baseline_tonnes) for due in years
        ),
        facilities=tuple(map(_as_recorded, facilities, assessed)),
        inputs_hash=_inputs_hash(state, member, facilities),
        approved_at=now,
    )
    return _WorkedOut(baseline=baseline, exact=exact, years=years)


def _years_due(state: StateView, member: Holder, tonnes: Tonnes) -> tuple[YearDue, ...]:
    """Each year that binds, after the acquisitions and sales that a baseline was adjusted for."""
    terms, first_year = terms_of(state), member.first_year
    changes = [
        change_from(change)
        for change in state.baseline_changes.of(member.holder_id).all()
        if change.adjusted_at is not None
    ]
    try:
        bound = years_bound(terms, first_year)
        return tuple(year_due(terms, first_year, tonnes, changes, year) for year in bound)
    except FigureError as error:
        if error.code is FigureCode.BASELINE_BELOW_ZERO:
            raise RefusedError(Refusal.BASELINE_BELOW_ZERO, "RB 6.5.5", {}) from None
        told = {"member": member.holder_id}
        raise RefusedError(Refusal.NO_SCHEDULE, "RB 4.6", told) from None


def _believable(tonnes: Tonnes) -> Tonnes:
    require(
        tonnes <= MAX_MEMBER_TONNES, Refusal.TOO_MANY_TONNES, "RB 6.5.1", baseline_tonnes=tonnes
    )
    return tonnes


def _written(state: StateView, member: HolderId, baseline: Baseline) -> Changes:
    """The baseline, and that the elections are taken into account."""
    opt_ins = state.opt_ins.get(member)
    written = put(BASELINES, member, baseline)
    if opt_ins is None:
        return Changes.of(written)
    return Changes.of(written, put(OPT_INS, member, replace(opt_ins, added_countries=())))


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


def _inputs_hash(state: StateView, member: HolderId, facilities: Sequence[Facility]) -> Hash:
    """SHA-256 of what the baseline was worked out from."""
    parts = [FACILITIES.schema.encode(facility) for facility in facilities]
    opt_ins = state.opt_ins.get(member)
    election = state.period_elections.get(member)
    before = state.baselines.get(member)
    if opt_ins is not None:
        parts.append(OPT_INS.schema.encode(opt_ins))
    if election is not None:
        parts.append(PERIOD_ELECTIONS.schema.encode(election))
    if before is not None:
        parts.append(BASELINES.schema.encode(before))
    return Hash(sha256(b"".join(parts)).digest())
