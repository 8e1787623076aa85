"""A proposal that nobody approved in time is dropped.  (RB 3.6)"""

from cfi.contracts.state.changes import Changes, drop
from cfi.contracts.state.rows.access import PROPOSALS, Proposal
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext


def expire_proposal(_: StateView, proposal: Proposal, __: BlockContext) -> Changes:
    """Drop the proposal."""
    return Changes.of(drop(PROPOSALS, proposal.proposer_holder, proposal))
