"""An owner's rows are blinded anew under a seed that the holder chooses.  (ours)"""

from typing import Final

from cfi.contracts.state.changes import Changes, Reseed
from cfi.contracts.state.own import own_account
from cfi.contracts.state.table import account_owner, holder_owner
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.custody.rotate_seed import RotateSeed

_ROWS_PER_WORK_UNIT: Final = 20


def rotate_seed(state: StateView, message: RotateSeed, block: BlockContext) -> Changes:
    """Replace the seed of one of the holder's accounts, or of its own records."""
    owner = holder_owner(block.holder_id)
    if message.account_id is not None:
        own_account(state, block, message.account_id, None)
        owner = account_owner(message.account_id)
    work = state.rows.row_count(owner) // _ROWS_PER_WORK_UNIT
    return Changes.of(Reseed(owner, message.seed)).costing(work)
