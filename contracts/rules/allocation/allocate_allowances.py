"""Allowances are issued for the whole market period.  (RB 4.6, 4.12)"""

from dataclasses import replace

from cfi.contracts.state.allocation_runs import first_run_over_all
from cfi.contracts.state.changes import Changes, open_account_owner, put
from cfi.contracts.state.rows.allocation import ALLOCATION_RUNS, AllocationRun
from cfi.contracts.state.rows.custody import ACCOUNTS, Account, AccountKind
from cfi.contracts.state.rows.membership import HOLDERS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.allocation.allocate_allowances import AllocateAllowances
from cfi.contracts.wire.quantities import FULL_BPS, Count
from cfi.contracts.wire.refusal import Refusal, RefusedError, require
from cfi.contracts.wire.schema import Seed
from cfi.contracts.wire.text import AccountId, HolderId


def allocate_allowances(
    state: StateView, message: AllocateAllowances, block: BlockContext
) -> Changes:
    """Begin a run over all Members; it is done one Member at a time, as work that is due.

    The first run sets the percentage withheld for all that follow.
    """
    require(
        message.withheld_bps <= FULL_BPS,
        Refusal.PERCENTAGE_TOO_LARGE,
        "RB 4.12",
        withheld_bps=message.withheld_bps,
    )
    earlier = first_run_over_all(state, block.holder_id)
    if earlier is not None:
        require(
            message.withheld_bps == earlier.withheld_bps,
            Refusal.WITHHELD_DIFFERS,
            "RB 4.12",
            withheld_bps=message.withheld_bps,
            earlier_bps=earlier.withheld_bps,
        )
    require(state.holder_has_room(block.holder_id), Refusal.TOO_MANY_RECORDS, "RB 4.6")
    pool = _pool(state, block.holder_id)
    opened = Changes.of()
    if message.withheld_bps > 0 and pool is None:
        pool, opened = _opened(state, block, message.pool_seed)

    run = AllocationRun(
        run_id=block.act_id,
        exchange=block.holder_id,
        withheld_bps=message.withheld_bps,
        pool=pool,
        only=None,
        after=None,
        started_at=block.now,
        due_at=block.now,
    )
    return Changes.of(opened, put(ALLOCATION_RUNS, block.holder_id, run), run_id=run.run_id)


def _pool(state: StateView, exchange: HolderId) -> AccountId | None:
    for account_id in state.account_ids(exchange):
        account = state.accounts.get(account_id)
        if account is not None and account.kind is AccountKind.AUCTION_POOL:
            return account_id
    return None


def _opened(state: StateView, block: BlockContext, seed: Seed | None) -> tuple[AccountId, Changes]:
    """The auction pool, opened now."""
    if seed is None:
        raise RefusedError(Refusal.NO_POOL, "RB 4.12", {})
    holder = state.holders.get(block.holder_id)
    assert holder is not None, "an authorised signer has a holder"
    number = Count(holder.accounts_opened + 1)
    account = Account(
        account_id=AccountId(f"{holder.holder_id}/{number}"),
        holder_id=holder.holder_id,
        kind=AccountKind.AUCTION_POOL,
        opened_at=block.now,
    )
    return account.account_id, Changes.of(
        open_account_owner(account.account_id, seed),
        put(ACCOUNTS, account.account_id, account),
        put(HOLDERS, holder.holder_id, replace(holder, accounts_opened=number)),
    )
