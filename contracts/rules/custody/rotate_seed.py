"""An owner's rows are blinded anew under a seed that the holder chooses.  (ours)"""

from cfi.contracts.state.changes import Changes, Reseed
from cfi.contracts.state.own import own_account
from cfi.contracts.state.table import account_owner, holder_owner
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.custody.rotate_seed import RotateSeed


def rotate_seed(state: StateView, message: RotateSeed, block: BlockContext) -> Changes:
    """Replace the seed of one of the holder's accounts, or of its own records."""
    if message.account_id is None:
        return Changes.of(Reseed(holder_owner(block.holder_id), message.seed))
    own_account(state, block, message.account_id, None)
    return Changes.of(Reseed(account_owner(message.account_id), message.seed))
