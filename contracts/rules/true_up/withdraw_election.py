"""Until the settlement a Member may change its mind.  (RB 4.7)"""

from typing import Final

from cfi.contracts.state.changes import Changes, drop
from cfi.contracts.state.moves import unlock
from cfi.contracts.state.rows.true_up import ELECTIONS, Stage
from cfi.contracts.state.stages import require_stage
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.true_up.withdraw_election import WithdrawElection
from cfi.contracts.wire.refusal import Refusal, RefusedError

_ELECTIONS_PER_WORK_UNIT: Final = 50


def withdraw_election(state: StateView, message: WithdrawElection, block: BlockContext) -> Changes:
    """Let a chosen lot go."""
    require_stage(state, message.compliance_year, Stage.ELECTIONS)
    elections = list(state.elections.of(block.holder_id).all())
    gas = len(elections) // _ELECTIONS_PER_WORK_UNIT
    for election in elections:
        if (election.year, election.account_id, election.lot_id) == (
            message.compliance_year,
            message.account_id,
            message.lot_id,
        ):
            lot = state.lots.of(election.account_id).get(election.lot_id)
            assert lot is not None, "a chosen lot stays where it is"
            return Changes.of(
                drop(ELECTIONS, block.holder_id, election), unlock(lot, election.account_id)
            ).costing(gas)
    raise RefusedError(Refusal.UNKNOWN_ELECTION, "RB 4.7", {"lot_id": message.lot_id}, gas)
