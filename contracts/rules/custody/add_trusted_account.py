"""Trust in an account begins after a delay, in which a thief would be noticed.  (ours)

The answer is the same whether or not there is such an account.
"""

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.protection import loosening_delay
from cfi.contracts.state.rows.protections import TRUSTED, TrustedAccount
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_TRUSTED_ACCOUNTS
from cfi.contracts.wire.messages.custody.add_trusted_account import AddTrustedAccount
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.refusal import Refusal, require


def add_trusted_account(
    state: StateView, message: AddTrustedAccount, block: BlockContext
) -> Changes:
    """Trust the account from the end of the programme's delay on."""
    trusted = state.trusted.of(block.holder_id)
    require(
        trusted.get(message.account_id) is None,
        Refusal.ALREADY_TRUSTED,
        "ours",
        account_id=message.account_id,
    )
    require(
        len(trusted.keys()) < MAX_TRUSTED_ACCOUNTS and state.holder_has_room(block.holder_id),
        Refusal.TOO_MANY_RECORDS,
        "ours",
        holder_id=block.holder_id,
    )
    delay = loosening_delay(state, block.height)

    row = TrustedAccount(account_id=message.account_id, effective_from=Instant(block.now + delay))
    return Changes.of(put(TRUSTED, block.holder_id, row), effective_from=row.effective_from)
