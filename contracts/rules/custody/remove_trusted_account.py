"""Trust in an account ends at once.  (ours)"""

from cfi.contracts.state.changes import Changes, drop
from cfi.contracts.state.rows.protections import TRUSTED
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.custody.remove_trusted_account import RemoveTrustedAccount
from cfi.contracts.wire.refusal import Refusal, RefusedError


def remove_trusted_account(
    state: StateView, message: RemoveTrustedAccount, block: BlockContext
) -> Changes:
    """Take the account off the holder's list."""
    trusted = state.trusted.of(block.holder_id).get(message.account_id)
    if trusted is None:
        raise RefusedError(
            Refusal.UNKNOWN_TRUSTED_ACCOUNT, "ours", {"account_id": message.account_id}
        )
    return Changes.of(drop(TRUSTED, block.holder_id, trusted))
