"""Which rule decides which message, and which work is done when a row falls due."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from cfi.contracts.due.expire_proposal import expire_proposal
from cfi.contracts.rules.access.approve import approve
from cfi.contracts.rules.access.propose import propose
from cfi.contracts.rules.custody.open_account import open_account
from cfi.contracts.rules.custody.retire import retire
from cfi.contracts.rules.custody.transfer_lot import transfer_lot
from cfi.contracts.state.changes import Changes
from cfi.contracts.state.rows.access import PROPOSALS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.messages.custody.open_account import OpenAccount
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot

Rule = Callable[[StateView, Any, BlockContext], Changes]
DueWork = Callable[[StateView, Any, BlockContext], Changes]

RULES: Final[Mapping[type[Any], Rule]] = MappingProxyType(
    {
        # Access
        Propose: propose,
        Approve: approve,
        # Custody
        OpenAccount: open_account,
        TransferLot: transfer_lot,
        Retire: retire,
    }
)

DUE: Final[Mapping[int, DueWork]] = MappingProxyType(
    {
        PROPOSALS.tag: expire_proposal,
    }
)
"""By the tag of the table whose row is due. Each call does one piece of the work: it drops the row
or moves it on.
"""
