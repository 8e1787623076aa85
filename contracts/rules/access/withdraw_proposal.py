"""Who proposed an act takes it back.  (RB 3.6)"""

from cfi.contracts.state.changes import Changes, drop
from cfi.contracts.state.rows.access import PROPOSALS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.access.withdraw_proposal import WithdrawProposal
from cfi.contracts.wire.refusal import Refusal, RefusedError, require


def withdraw_proposal(state: StateView, message: WithdrawProposal, block: BlockContext) -> Changes:
    """Take the proposal off the table."""
    proposal = state.proposals.of(block.holder_id).get(message.proposal_id)
    if proposal is None:
        raise RefusedError(Refusal.UNKNOWN_PROPOSAL, "RB 3.6", {"proposal_id": message.proposal_id})
    require(
        proposal.proposed_by == block.signer,
        Refusal.NOT_THE_PROPOSER,
        "RB 3.6",
        proposal_id=message.proposal_id,
    )

    return Changes.of(drop(PROPOSALS, block.holder_id, proposal))
