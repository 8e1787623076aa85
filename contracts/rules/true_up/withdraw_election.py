"""Until the settlement a Member may change its mind.  (RB 4.7)"""

from typing import Final

from cfi.contracts.state.changes import Changes, drop
from cfi.contracts.state.moves import unlock
from cfi.contracts.state.rows.custody import LockReason, Lot
from cfi.contracts.state.rows.true_up import ELECTIONS, Stage
from cfi.contracts.state.stages import require_stage
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.true_up.withdraw_election import WithdrawElection
from cfi.contracts.wire.refusal import Refusal, RefusedError

_ELECTIONS_PER_WORK_UNIT: Final = 50


def withdraw_election(state: StateView, message: WithdrawElection, block: BlockContext) -> Changes:
    """Let a chosen lot go."""
    year = message.compliance_year
    require_stage(state, year, Stage.ELECTIONS)
    lot = _chosen(state, message, block)
    elections = list(state.elections.of(block.holder_id).all())
    for election in elections:
        if (election.year, election.account_id, election.lot_id) == (
            year,
            message.account_id,
            message.lot_id,
        ):
            return Changes.of(
                drop(ELECTIONS, block.holder_id, election), unlock(lot, election.account_id)
            ).costing(len(elections) // _ELECTIONS_PER_WORK_UNIT)
    raise _unknown(message)


def _chosen(state: StateView, message: WithdrawElection, block: BlockContext) -> Lot:
    """The signer's lot, chosen for some year: only then are the elections looked through."""
    account = state.accounts.get(message.account_id)
    lot = state.lots.of(message.account_id).get(message.lot_id)
    if (
        account is None
        or account.holder_id != block.holder_id
        or lot is None
        or lot.lock is None
        or lot.lock.reason is not LockReason.ELECTED
    ):
        raise _unknown(message)
    return lot


def _unknown(message: WithdrawElection) -> RefusedError:
    return RefusedError(Refusal.UNKNOWN_ELECTION, "RB 4.7", {"lot_id": message.lot_id})
