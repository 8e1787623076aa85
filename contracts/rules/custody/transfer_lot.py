"""A holder moves its CFIs between its own accounts by instruction.  (RB 5.3.5)"""

from cfi.contracts.state.changes import Changes
from cfi.contracts.state.moves import transfer
from cfi.contracts.state.own import own_account, own_free_lot, room_in
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.refusal import Refusal, require


def transfer_lot(state: StateView, message: TransferLot, block: BlockContext) -> Changes:
    """Move the tail of a lot to another account of the same holder; the head stays."""
    lot = own_free_lot(state, block, message.source, message.lot_id, message.tonnes)
    own_account(state, block, message.target)
    require(
        message.source != message.target,
        Refusal.SAME_ACCOUNT,
        "RB 5.3.5",
        account_id=message.source,
    )
    room_in(state, message.target)

    return transfer(block, lot, message.tonnes, message.source, message.target)
