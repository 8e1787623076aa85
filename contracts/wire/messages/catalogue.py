"""Every message and its number on the wire. Numbers are never reused."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.messages.custody.open_account import OpenAccount
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot

MESSAGES: Final[Mapping[int, type[Any]]] = MappingProxyType(
    {
        # Access: 200 to 299
        200: Propose,
        201: Approve,
        # Custody: 300 to 399
        300: OpenAccount,
        301: TransferLot,
        302: Retire,
    }
)

NUMBERS: Final[Mapping[type[Any], int]] = MappingProxyType(
    {message: number for number, message in MESSAGES.items()}
)
