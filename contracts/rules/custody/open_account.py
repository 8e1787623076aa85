"""A holder may have as many accounts as it needs.  (RB 5.3.1, 5.3.4)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, open_account_owner, put
from cfi.contracts.state.rows.custody import ACCOUNTS, Account, AccountKind
from cfi.contracts.state.rows.membership import HOLDERS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_ACCOUNTS_PER_HOLDER
from cfi.contracts.wire.messages.custody.open_account import OpenAccount
from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.refusal import Refusal, require
from cfi.contracts.wire.text import AccountId


def open_account(state: StateView, message: OpenAccount, block: BlockContext) -> Changes:
    """Open the holder's next account."""
    holder = state.holders.get(block.holder_id)
    assert holder is not None, "an authorised signer has a holder"
    number = Count(holder.accounts_opened + 1)
    require(
        number <= MAX_ACCOUNTS_PER_HOLDER,
        Refusal.TOO_MANY_ACCOUNTS,
        "RB 5.3.4",
        opened=holder.accounts_opened,
    )

    account = Account(
        account_id=AccountId(f"{holder.holder_id}/{number}"),
        holder_id=holder.holder_id,
        kind=AccountKind.RETIREMENT if message.retirement else AccountKind.TRADING,
        opened_at=block.now,
    )
    return Changes.of(
        open_account_owner(account.account_id, message.seed),
        put(ACCOUNTS, account.account_id, account),
        put(HOLDERS, holder.holder_id, replace(holder, accounts_opened=number)),
        account_id=account.account_id,
    )
