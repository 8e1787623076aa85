"""Which rule decides which message, and which work is done when a row falls due."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from cfi.contracts.due.allocation.allocate_member import allocate_member
from cfi.contracts.due.custody.deliver_transfer import deliver_transfer
from cfi.contracts.due.custody.expire_offer import expire_offer
from cfi.contracts.due.custody.forget_outcome import forget_outcome
from cfi.contracts.due.expire_proposal import expire_proposal
from cfi.contracts.due.lapse_eligibility import lapse_eligibility
from cfi.contracts.due.note_overdue_decision import note_overdue_decision
from cfi.contracts.due.true_up.advance import advance_true_up
from cfi.contracts.due.true_up.late import true_up_late
from cfi.contracts.due.true_up.work import do_true_up_work
from cfi.contracts.rules.access.add_key import add_key
from cfi.contracts.rules.access.add_user import add_user
from cfi.contracts.rules.access.appoint_user import appoint_user
from cfi.contracts.rules.access.approve import approve
from cfi.contracts.rules.access.change_appointment import change_appointment
from cfi.contracts.rules.access.change_user import change_user
from cfi.contracts.rules.access.limit_user import limit_user
from cfi.contracts.rules.access.propose import propose
from cfi.contracts.rules.access.remove_user import remove_user
from cfi.contracts.rules.access.replace_key import replace_key
from cfi.contracts.rules.access.revoke_key import revoke_key
from cfi.contracts.rules.access.revoke_key_of import revoke_key_of
from cfi.contracts.rules.access.rotate_key import rotate_key
from cfi.contracts.rules.access.withdraw_proposal import withdraw_proposal
from cfi.contracts.rules.allocation.allocate_allowances import allocate_allowances
from cfi.contracts.rules.allocation.allocate_late_member import allocate_late_member
from cfi.contracts.rules.baseline.adjust_baseline import adjust_baseline
from cfi.contracts.rules.baseline.attest_missing_data import attest_missing_data
from cfi.contracts.rules.baseline.decide_baseline_method import decide_baseline_method
from cfi.contracts.rules.baseline.elect_baseline_period import elect_baseline_period
from cfi.contracts.rules.baseline.elect_opt_ins import elect_opt_ins
from cfi.contracts.rules.baseline.establish_baseline import establish_baseline
from cfi.contracts.rules.baseline.file_facility import file_facility
from cfi.contracts.rules.baseline.record_acquisition import record_acquisition
from cfi.contracts.rules.baseline.record_sale import record_sale
from cfi.contracts.rules.custody.accept_trade import accept_trade
from cfi.contracts.rules.custody.add_trusted_account import add_trusted_account
from cfi.contracts.rules.custody.approve_transfer import approve_transfer
from cfi.contracts.rules.custody.cancel_delayed_transfer import cancel_delayed_transfer
from cfi.contracts.rules.custody.decline_offer import decline_offer
from cfi.contracts.rules.custody.donate_for_retirement import donate_for_retirement
from cfi.contracts.rules.custody.donate_lot import donate_lot
from cfi.contracts.rules.custody.offer_trade import offer_trade
from cfi.contracts.rules.custody.open_account import open_account
from cfi.contracts.rules.custody.remove_trusted_account import remove_trusted_account
from cfi.contracts.rules.custody.retire import retire
from cfi.contracts.rules.custody.rotate_seed import rotate_seed
from cfi.contracts.rules.custody.set_protections import set_protections
from cfi.contracts.rules.custody.stop_transfer import stop_transfer
from cfi.contracts.rules.custody.transfer_lot import transfer_lot
from cfi.contracts.rules.custody.withdraw_offer import withdraw_offer
from cfi.contracts.rules.governance.add_validator import add_validator
from cfi.contracts.rules.governance.advance_clock import advance_clock
from cfi.contracts.rules.governance.cancel_upgrade import cancel_upgrade
from cfi.contracts.rules.governance.change_validator_power import change_validator_power
from cfi.contracts.rules.governance.register_node import register_node
from cfi.contracts.rules.governance.remove_validator import remove_validator
from cfi.contracts.rules.governance.rotate_consensus_key import rotate_consensus_key
from cfi.contracts.rules.governance.schedule_upgrade import schedule_upgrade
from cfi.contracts.rules.governance.set_parameter import set_parameter
from cfi.contracts.rules.governance.withdraw_node import withdraw_node
from cfi.contracts.rules.membership.decide_application import decide_application
from cfi.contracts.rules.membership.grant_reading import grant_reading
from cfi.contracts.rules.membership.recommend_application import recommend_application
from cfi.contracts.rules.membership.record_board_resolution import record_board_resolution
from cfi.contracts.rules.membership.record_eligibility import record_eligibility
from cfi.contracts.rules.membership.register_application import register_application
from cfi.contracts.rules.membership.reinstate_holder import reinstate_holder
from cfi.contracts.rules.membership.review_application import review_application
from cfi.contracts.rules.membership.suspend_holder import suspend_holder
from cfi.contracts.rules.membership.terminate_holder import terminate_holder
from cfi.contracts.rules.membership.withdraw_application import withdraw_application
from cfi.contracts.rules.reports.begin_audit import begin_audit
from cfi.contracts.rules.reports.correct_report import correct_report
from cfi.contracts.rules.reports.finalise_report import finalise_report
from cfi.contracts.rules.reports.record_findings import record_findings
from cfi.contracts.rules.reports.submit_report import submit_report
from cfi.contracts.rules.true_up.deliver_cure import deliver_cure
from cfi.contracts.rules.true_up.elect_surrender import elect_surrender
from cfi.contracts.rules.true_up.extend_stage import extend_stage
from cfi.contracts.rules.true_up.schedule_true_up import schedule_true_up
from cfi.contracts.rules.true_up.withdraw_election import withdraw_election
from cfi.contracts.state.changes import Changes
from cfi.contracts.state.rows.access import PROPOSALS
from cfi.contracts.state.rows.allocation import ALLOCATION_RUNS
from cfi.contracts.state.rows.membership import APPLICATIONS, ELIGIBILITY
from cfi.contracts.state.rows.trades import DELIVERIES, OFFERS, OUTCOMES
from cfi.contracts.state.rows.true_up import LATE_TRUE_UPS, TRUE_UP_WORK, TRUE_UPS
from cfi.contracts.state.upgrades import app_version_at
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.access.add_key import AddKey
from cfi.contracts.wire.messages.access.add_user import AddUser
from cfi.contracts.wire.messages.access.appoint_user import AppointUser
from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.messages.access.change_appointment import ChangeAppointment
from cfi.contracts.wire.messages.access.change_user import ChangeUser
from cfi.contracts.wire.messages.access.limit_user import LimitUser
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.messages.access.remove_user import RemoveUser
from cfi.contracts.wire.messages.access.replace_key import ReplaceKey
from cfi.contracts.wire.messages.access.revoke_key import RevokeKey
from cfi.contracts.wire.messages.access.revoke_key_of import RevokeKeyOf
from cfi.contracts.wire.messages.access.rotate_key import RotateKey
from cfi.contracts.wire.messages.access.withdraw_proposal import WithdrawProposal
from cfi.contracts.wire.messages.allocation.allocate_allowances import AllocateAllowances
from cfi.contracts.wire.messages.allocation.allocate_late_member import AllocateLateMember
from cfi.contracts.wire.messages.baseline.adjust_baseline import AdjustBaseline
from cfi.contracts.wire.messages.baseline.attest_missing_data import AttestMissingData
from cfi.contracts.wire.messages.baseline.decide_baseline_method import DecideBaselineMethod
from cfi.contracts.wire.messages.baseline.elect_baseline_period import ElectBaselinePeriod
from cfi.contracts.wire.messages.baseline.elect_opt_ins import ElectOptIns
from cfi.contracts.wire.messages.baseline.establish_baseline import EstablishBaseline
from cfi.contracts.wire.messages.baseline.file_facility import FileFacility
from cfi.contracts.wire.messages.baseline.record_acquisition import RecordAcquisition
from cfi.contracts.wire.messages.baseline.record_sale import RecordSale
from cfi.contracts.wire.messages.custody.accept_trade import AcceptTrade
from cfi.contracts.wire.messages.custody.add_trusted_account import AddTrustedAccount
from cfi.contracts.wire.messages.custody.approve_transfer import ApproveTransfer
from cfi.contracts.wire.messages.custody.cancel_delayed_transfer import CancelDelayedTransfer
from cfi.contracts.wire.messages.custody.decline_offer import DeclineOffer
from cfi.contracts.wire.messages.custody.donate_for_retirement import DonateForRetirement
from cfi.contracts.wire.messages.custody.donate_lot import DonateLot
from cfi.contracts.wire.messages.custody.offer_trade import OfferTrade
from cfi.contracts.wire.messages.custody.open_account import OpenAccount
from cfi.contracts.wire.messages.custody.remove_trusted_account import RemoveTrustedAccount
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.contracts.wire.messages.custody.rotate_seed import RotateSeed
from cfi.contracts.wire.messages.custody.set_protections import SetProtections
from cfi.contracts.wire.messages.custody.stop_transfer import StopTransfer
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.messages.custody.withdraw_offer import WithdrawOffer
from cfi.contracts.wire.messages.governance.add_validator import AddValidator
from cfi.contracts.wire.messages.governance.advance_clock import AdvanceClock
from cfi.contracts.wire.messages.governance.cancel_upgrade import CancelUpgrade
from cfi.contracts.wire.messages.governance.change_validator_power import ChangeValidatorPower
from cfi.contracts.wire.messages.governance.register_node import RegisterNode
from cfi.contracts.wire.messages.governance.remove_validator import RemoveValidator
from cfi.contracts.wire.messages.governance.rotate_consensus_key import RotateConsensusKey
from cfi.contracts.wire.messages.governance.schedule_upgrade import ScheduleUpgrade
from cfi.contracts.wire.messages.governance.set_parameter import SetParameter
from cfi.contracts.wire.messages.governance.withdraw_node import WithdrawNode
from cfi.contracts.wire.messages.membership.decide_application import DecideApplication
from cfi.contracts.wire.messages.membership.grant_reading import GrantReading
from cfi.contracts.wire.messages.membership.recommend_application import RecommendApplication
from cfi.contracts.wire.messages.membership.record_board_resolution import RecordBoardResolution
from cfi.contracts.wire.messages.membership.record_eligibility import RecordEligibility
from cfi.contracts.wire.messages.membership.register_application import RegisterApplication
from cfi.contracts.wire.messages.membership.reinstate_holder import ReinstateHolder
from cfi.contracts.wire.messages.membership.review_application import ReviewApplication
from cfi.contracts.wire.messages.membership.suspend_holder import SuspendHolder
from cfi.contracts.wire.messages.membership.terminate_holder import TerminateHolder
from cfi.contracts.wire.messages.membership.withdraw_application import WithdrawApplication
from cfi.contracts.wire.messages.reports.begin_audit import BeginAudit
from cfi.contracts.wire.messages.reports.correct_report import CorrectReport
from cfi.contracts.wire.messages.reports.finalise_report import FinaliseReport
from cfi.contracts.wire.messages.reports.record_findings import RecordFindings
from cfi.contracts.wire.messages.reports.submit_report import SubmitReport
from cfi.contracts.wire.messages.true_up.deliver_cure import DeliverCure
from cfi.contracts.wire.messages.true_up.elect_surrender import ElectSurrender
from cfi.contracts.wire.messages.true_up.extend_stage import ExtendStage
from cfi.contracts.wire.messages.true_up.schedule_true_up import ScheduleTrueUp
from cfi.contracts.wire.messages.true_up.withdraw_election import WithdrawElection

Rule = Callable[[StateView, Any, BlockContext], Changes]
DueWork = Callable[[StateView, Any, BlockContext], Changes]

RULES: Final[Mapping[type[Any], Rule]] = MappingProxyType(
    {
        # Membership
        RegisterApplication: register_application,
        ReviewApplication: review_application,
        RecommendApplication: recommend_application,
        DecideApplication: decide_application,
        WithdrawApplication: withdraw_application,
        SuspendHolder: suspend_holder,
        ReinstateHolder: reinstate_holder,
        TerminateHolder: terminate_holder,
        RecordEligibility: record_eligibility,
        RecordBoardResolution: record_board_resolution,
        GrantReading: grant_reading,
        # Access
        Propose: propose,
        Approve: approve,
        AddUser: add_user,
        ChangeUser: change_user,
        RemoveUser: remove_user,
        RotateKey: rotate_key,
        AddKey: add_key,
        RevokeKey: revoke_key,
        RevokeKeyOf: revoke_key_of,
        ReplaceKey: replace_key,
        LimitUser: limit_user,
        WithdrawProposal: withdraw_proposal,
        AppointUser: appoint_user,
        ChangeAppointment: change_appointment,
        # Custody
        OpenAccount: open_account,
        TransferLot: transfer_lot,
        Retire: retire,
        RotateSeed: rotate_seed,
        OfferTrade: offer_trade,
        AcceptTrade: accept_trade,
        WithdrawOffer: withdraw_offer,
        DeclineOffer: decline_offer,
        DonateLot: donate_lot,
        DonateForRetirement: donate_for_retirement,
        SetProtections: set_protections,
        AddTrustedAccount: add_trusted_account,
        RemoveTrustedAccount: remove_trusted_account,
        CancelDelayedTransfer: cancel_delayed_transfer,
        ApproveTransfer: approve_transfer,
        StopTransfer: stop_transfer,
        # Baseline
        FileFacility: file_facility,
        ElectOptIns: elect_opt_ins,
        ElectBaselinePeriod: elect_baseline_period,
        AttestMissingData: attest_missing_data,
        DecideBaselineMethod: decide_baseline_method,
        EstablishBaseline: establish_baseline,
        RecordAcquisition: record_acquisition,
        RecordSale: record_sale,
        AdjustBaseline: adjust_baseline,
        # Allocation
        AllocateAllowances: allocate_allowances,
        AllocateLateMember: allocate_late_member,
        # Reports
        SubmitReport: submit_report,
        BeginAudit: begin_audit,
        RecordFindings: record_findings,
        CorrectReport: correct_report,
        FinaliseReport: finalise_report,
        # True-up
        ScheduleTrueUp: schedule_true_up,
        ElectSurrender: elect_surrender,
        WithdrawElection: withdraw_election,
        DeliverCure: deliver_cure,
        ExtendStage: extend_stage,
        # Governance
        AdvanceClock: advance_clock,
        SetParameter: set_parameter,
        AddValidator: add_validator,
        RemoveValidator: remove_validator,
        ChangeValidatorPower: change_validator_power,
        RotateConsensusKey: rotate_consensus_key,
        RegisterNode: register_node,
        WithdrawNode: withdraw_node,
        ScheduleUpgrade: schedule_upgrade,
        CancelUpgrade: cancel_upgrade,
    }
)

DUE: Final[Mapping[int, DueWork]] = MappingProxyType(
    {
        PROPOSALS.tag: expire_proposal,
        APPLICATIONS.tag: note_overdue_decision,
        ELIGIBILITY.tag: lapse_eligibility,
        OFFERS.tag: expire_offer,
        DELIVERIES.tag: deliver_transfer,
        OUTCOMES.tag: forget_outcome,
        ALLOCATION_RUNS.tag: allocate_member,
        TRUE_UPS.tag: advance_true_up,
        TRUE_UP_WORK.tag: do_true_up_work,
        LATE_TRUE_UPS.tag: true_up_late,
    }
)
"""By the tag of the table whose row is due. Each call does one piece of the work: it drops the row
or moves it on.
"""


@dataclass(frozen=True, slots=True)
class RuleBook:
    """What one version of the rules decides, and by which rule."""

    rules: Mapping[type[Any], Rule]
    due: Mapping[int, DueWork]


RULE_BOOKS: Final[Mapping[int, RuleBook]] = MappingProxyType({1: RuleBook(RULES, DUE)})
"""Every version since the first. A later one is an earlier one with some rules replaced; none is
ever changed or dropped, so that all of the history can be decided again.
"""

SUPPORTED_APP_VERSIONS: Final = tuple(RULE_BOOKS)


class UnsupportedVersionError(Exception):
    """The rules of a height are none that this program knows: it may go no further."""

    def __init__(self, height: int, app_version: int) -> None:
        super().__init__(
            f"from height {height} on the rules have version {app_version}, this program knows "
            f"up to version {max(RULE_BOOKS)}: install one that knows it and start again"
        )
        self.height = height
        self.app_version = app_version


def rule_book_at(state: StateView, height: int) -> RuleBook:
    """The rules in force at a height; raises UnsupportedVersionError."""
    version = app_version_at(state, height)
    book = RULE_BOOKS.get(version)
    if book is None:
        raise UnsupportedVersionError(height, version)
    return book
