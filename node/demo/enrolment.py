"""A scenario's members join, file what they own, and get their baselines.  (RB 2.3, 2.4, 6)"""

from typing import Any, Final

from cfi.contracts.wire.emissions import GasTonnes, YearEmissions
from cfi.contracts.wire.messages.access.add_user import AddUser
from cfi.contracts.wire.messages.baseline.attest_missing_data import AttestMissingData
from cfi.contracts.wire.messages.baseline.elect_baseline_period import ElectBaselinePeriod
from cfi.contracts.wire.messages.baseline.establish_baseline import EstablishBaseline
from cfi.contracts.wire.messages.baseline.file_facility import FileFacility
from cfi.contracts.wire.messages.baseline.record_acquisition import RecordAcquisition
from cfi.contracts.wire.messages.baseline.record_sale import RecordSale
from cfi.contracts.wire.messages.membership.decide_application import DecideApplication
from cfi.contracts.wire.messages.membership.recommend_application import RecommendApplication
from cfi.contracts.wire.messages.membership.record_board_resolution import RecordBoardResolution
from cfi.contracts.wire.messages.membership.record_eligibility import RecordEligibility
from cfi.contracts.wire.messages.membership.register_application import RegisterApplication
from cfi.contracts.wire.messages.membership.review_application import ReviewApplication
from cfi.contracts.wire.parties import EligibilityCategory, HolderClass, Level
from cfi.contracts.wire.quantities import (
    FULL_BPS,
    BasisPoints,
    Cents,
    Count,
    Days,
    Instant,
    SmallCode,
    Tonnes,
    Year,
)
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import FacilityId, HolderId, Identifier, UserId
from cfi.genesis.scenarios.loader import Scenario, ScenarioFacility, ScenarioMember
from cfi.node.demo.cast import Cast
from cfi.node.demo.player import Played, Player
from cfi.node.demo.reporting import CARBON_DIOXIDE

_YEAR_SECONDS: Final = 365 * 86_400
_COUNTRY: Final = Identifier("US")
_COMMITTEE: Final = 5


def enrol(player: Player, told: Scenario, cast: Cast, now: int) -> None:
    """From application to baseline, all members at once. What only has to come after something
    else is handed in right behind it; who signs has to be known before.
    """
    members = told.members
    officer, second = cast.officer(1), cast.officer(2)
    stages = (_application, _review, _recommendation, _decision)
    player.all([Played(officer, stage(each, cast)) for stage in stages for each in members])
    player.all(
        [Played(cast.administrator(each.holder_id), _officer(each, cast)) for each in members]
    )
    renew_eligibility(player, told, cast, now)
    player.all(
        [
            Played(cast.officer_of(each.holder_id), message)
            for each in members
            for message in (_resolution(cast, now), *_filings(each), *_elections(each))
        ]
    )
    baselines = [player.instruction(each.holder_id, EstablishBaseline) for each in members]
    player.both(officer, second, baselines)
    player.all(
        [
            Played(cast.officer_of(each.holder_id), message)
            for each in members
            for message in _transactions(each)
        ]
    )


def renew_eligibility(player: Player, told: Scenario, cast: Cast, now: int) -> None:
    """The yearly review of who may use the platform.  (RB 3.8(4))"""
    reviews = [
        RecordEligibility(
            holder_id=HolderId(each.holder_id),
            category=EligibilityCategory.A,
            column_one=SmallCode(1),
            column_two=SmallCode(3),
            evidence=Hash(cast.seed("evidence", each.holder_id)),
            review_by=Instant(now + _YEAR_SECONDS),
        )
        for each in told.members
    ]
    player.all([Played(cast.officer(1), review) for review in reviews])


def _application(member: ScenarioMember, cast: Cast) -> RegisterApplication:
    name = member.holder_id
    return RegisterApplication(
        applicant=HolderId(name),
        holder_class=HolderClass.MEMBER,
        documents=(Hash(cast.seed("application", name)),),
        fee_paid=Cents(0),
        country=_COUNTRY,
        not_for_profit=False,
        first_year=Year(member.first_year),
        direct_emissions=Tonnes(max(member.emissions.values())),
        user_id=UserId("administrator"),
        key=cast.public_key(name, "administrator"),
        possession=cast.possession(name, "administrator"),
        holder_seed=cast.seed("holder", name),
        trading_seed=cast.seed("trading", name),
        retirement_seed=cast.seed("retirement", name),
    )


def _review(member: ScenarioMember, cast: Cast) -> ReviewApplication:
    return ReviewApplication(
        applicant=HolderId(member.holder_id),
        complete=True,
        eligible=True,
        at_risk=False,
        evidence=Hash(cast.seed("review", member.holder_id)),
    )


def _recommendation(member: ScenarioMember, cast: Cast) -> RecommendApplication:
    return RecommendApplication(
        applicant=HolderId(member.holder_id),
        grant=True,
        members=Count(_COMMITTEE),
        in_favour=Count(_COMMITTEE),
        against=Count(0),
        recused=Count(0),
        minutes=Hash(cast.seed("minutes", member.holder_id)),
    )


def _decision(member: ScenarioMember, _: Cast) -> DecideApplication:
    return DecideApplication(applicant=HolderId(member.holder_id), grant=True, reason=None)


def _officer(member: ScenarioMember, cast: Cast) -> AddUser:
    name = member.holder_id
    return AddUser(
        user_id=UserId("officer"),
        levels=(Level.SUPER_USER,),
        officer=True,
        key=cast.public_key(name, "officer"),
        possession=cast.possession(name, "officer"),
    )


def _resolution(cast: Cast, now: int) -> RecordBoardResolution:
    return RecordBoardResolution(document=Hash(cast.seed("resolution")), resolved_at=Instant(now))


def _filings(member: ScenarioMember) -> list[FileFacility]:
    return [_facility(one) for one in member.facilities]


def _facility(facility: ScenarioFacility) -> FileFacility:
    return FileFacility(
        facility_id=FacilityId(facility.facility_id),
        activity=Identifier(facility.activity),
        country=_COUNTRY,
        owner_share_bps=BasisPoints(FULL_BPS),
        capacity_kilowatts=None,
        in_service=None,
        shut_down=None if facility.shut_down is None else Instant(facility.shut_down),
        emissions=tuple(
            YearEmissions(
                year=Year(year),
                covered_days=_days(facility.covered_days.get(year)),
                gases=(GasTonnes(gas=CARBON_DIOXIDE, tonnes=Tonnes(tonnes)),),
            )
            for year, tonnes in sorted(facility.emissions.items())
        ),
    )


def _days(days: int | None) -> Days | None:
    return None if days is None else Days(days)


def _elections(member: ScenarioMember) -> list[Any]:
    messages: list[Any] = [
        AttestMissingData(facility_id=FacilityId(one.facility_id))
        for one in member.facilities
        if one.attested
    ]
    if member.period is not None:
        messages.append(ElectBaselinePeriod(period=Identifier(member.period)))
    return messages


def _transactions(member: ScenarioMember) -> list[Any]:
    bought: list[Any] = [
        RecordAcquisition(
            facility_id=FacilityId(one.facility_id),
            baseline_tonnes=Tonnes(one.tonnes),
            first_day=Instant(one.first_day),
        )
        for one in member.acquisitions
    ]
    return bought + [
        RecordSale(
            facility_id=FacilityId(one.facility_id),
            baseline_tonnes=Tonnes(one.tonnes),
            first_day=Instant(one.first_day),
        )
        for one in member.disposals
    ]
