"""Sensitive acts take two people: the first proposes.  (RB 3.5, 3.6)"""

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.parameters import value_of
from cfi.contracts.state.rows.access import PROPOSALS, Proposal
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.refusal import Refusal, require


def propose(state: StateView, message: Propose, block: BlockContext) -> Changes:
    """Keep a proposal until it is approved or expires."""
    inner = state.access.get(number_key(message.message_number))
    require(
        inner is not None and inner.four_eyes,
        Refusal.NOT_UNDER_FOUR_EYES,
        "RB 3.6",
        message_number=message.message_number,
    )
    require(
        state.holder_has_room(block.holder_id),
        Refusal.TOO_MANY_RECORDS,
        "RB 3.6",
        holder_id=block.holder_id,
    )

    proposal = Proposal(
        proposal_id=block.act_id,
        message_number=message.message_number,
        body=message.body,
        proposed_by=block.signer,
        proposer_holder=block.holder_id,
        proposed_at=block.height,
        expires_at=Instant(block.now + value_of(state, "proposal_seconds", block.height)),
    )
    return Changes.of(put(PROPOSALS, block.holder_id, proposal), proposal_id=block.act_id)
