"""Every message and its number on the wire. Numbers are never reused."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

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

MESSAGES: Final[Mapping[int, type[Any]]] = MappingProxyType(
    {
        # Membership: 100 to 199
        100: RegisterApplication,
        101: ReviewApplication,
        102: RecommendApplication,
        103: DecideApplication,
        104: WithdrawApplication,
        105: SuspendHolder,
        106: ReinstateHolder,
        107: TerminateHolder,
        108: RecordEligibility,
        109: RecordBoardResolution,
        110: GrantReading,
        # Access: 200 to 299
        200: Propose,
        201: Approve,
        202: AddUser,
        203: ChangeUser,
        204: RemoveUser,
        205: RotateKey,
        206: AddKey,
        207: RevokeKey,
        208: RevokeKeyOf,
        209: ReplaceKey,
        210: LimitUser,
        211: WithdrawProposal,
        212: AppointUser,
        213: ChangeAppointment,
        # Custody: 300 to 399
        300: OpenAccount,
        301: TransferLot,
        302: Retire,
        303: RotateSeed,
        304: OfferTrade,
        305: AcceptTrade,
        306: WithdrawOffer,
        307: DeclineOffer,
        308: DonateLot,
        309: DonateForRetirement,
        310: SetProtections,
        311: AddTrustedAccount,
        312: RemoveTrustedAccount,
        313: CancelDelayedTransfer,
        314: ApproveTransfer,
        315: StopTransfer,
        # Baselines: 400 to 449
        400: FileFacility,
        401: ElectOptIns,
        402: ElectBaselinePeriod,
        403: AttestMissingData,
        404: DecideBaselineMethod,
        405: EstablishBaseline,
        406: RecordAcquisition,
        407: RecordSale,
        408: AdjustBaseline,
        # Allocation: 450 to 499
        450: AllocateAllowances,
        451: AllocateLateMember,
        # Reports: 500 to 549
        500: SubmitReport,
        501: BeginAudit,
        502: RecordFindings,
        503: CorrectReport,
        504: FinaliseReport,
        # True-up: 550 to 599
        550: ScheduleTrueUp,
        551: ElectSurrender,
        552: WithdrawElection,
        553: DeliverCure,
        554: ExtendStage,
        # Governance: 600 to 699
        600: AdvanceClock,
        601: SetParameter,
        602: AddValidator,
        603: RemoveValidator,
        604: ChangeValidatorPower,
        605: RotateConsensusKey,
        606: RegisterNode,
        607: WithdrawNode,
        608: ScheduleUpgrade,
        609: CancelUpgrade,
    }
)

NUMBERS: Final[Mapping[type[Any], int]] = MappingProxyType(
    {message: number for number, message in MESSAGES.items()}
)
