"""The Exchange withdraws a node of the validators' network.  (ours 0025)"""

from cfi.contracts.state.changes import Changes, drop
from cfi.contracts.state.rows.validators import PEERS
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.governance.withdraw_node import WithdrawNode
from cfi.contracts.wire.refusal import Refusal, RefusedError


def withdraw_node(state: StateView, message: WithdrawNode, block: BlockContext) -> Changes:
    """Forget the node's id."""
    peer = state.peers.of(block.holder_id).get(message.node_id)
    if peer is None:
        raise RefusedError(Refusal.UNKNOWN_NODE, "ours", {"node_id": message.node_id})

    return Changes.of(drop(PEERS, block.holder_id, peer))
