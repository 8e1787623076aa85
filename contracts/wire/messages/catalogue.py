"""Every message and its number on the wire. Numbers are never reused."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.messages.access.propose import Propose
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
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.messages.custody.withdraw_offer import WithdrawOffer
from cfi.contracts.wire.messages.true_up.deliver_cure import DeliverCure
from cfi.contracts.wire.messages.true_up.elect_surrender import ElectSurrender
from cfi.contracts.wire.messages.true_up.extend_stage import ExtendStage
from cfi.contracts.wire.messages.true_up.schedule_true_up import ScheduleTrueUp
from cfi.contracts.wire.messages.true_up.withdraw_election import WithdrawElection

MESSAGES: Final[Mapping[int, type[Any]]] = MappingProxyType(
    {
        # Access: 200 to 299
        200: Propose,
        201: Approve,
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
        # True-up: 550 to 599
        550: ScheduleTrueUp,
        551: ElectSurrender,
        552: WithdrawElection,
        553: DeliverCure,
        554: ExtendStage,
    }
)

NUMBERS: Final[Mapping[type[Any], int]] = MappingProxyType(
    {message: number for number, message in MESSAGES.items()}
)
