"""Sensitive acts take two people: the second approves.  (RB 3.5, 3.6)"""

from hashlib import sha256

from cfi.contracts.state.changes import Changes, drop
from cfi.contracts.state.rows.access import PROPOSALS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.refusal import Refusal, RefusedError, require


def approve(state: StateView, message: Approve, block: BlockContext) -> Changes:
    """Take the proposal off the table; the act itself is then decided by its own rule."""
    proposal = state.proposals.of(block.holder_id).get(message.proposal_id)
    if proposal is None:
        raise RefusedError(Refusal.UNKNOWN_PROPOSAL, "RB 3.6", {"proposal_id": message.proposal_id})
    require(
        proposal.proposed_by != block.signer,
        Refusal.SAME_PERSON,
        "RB 3.6",
        proposal_id=message.proposal_id,
    )
    require(
        sha256(proposal.body).digest() == message.body_hash,
        Refusal.BODY_DIFFERS,
        "RB 3.6",
        proposal_id=message.proposal_id,
    )
    require(
        block.now < proposal.expires_at,
        Refusal.PROPOSAL_EXPIRED,
        "RB 3.6",
        expires_at=proposal.expires_at,
    )

    return Changes.of(drop(PROPOSALS, block.holder_id, proposal))
