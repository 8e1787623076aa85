"""The Exchange registers a node of the validators' network.  (ours 0025)"""

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.rows.validators import PEERS, Peer
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.governance.register_node import RegisterNode
from cfi.contracts.wire.parties import HolderClass, PeerKind
from cfi.contracts.wire.refusal import Refusal, RefusedError, require


def register_node(state: StateView, message: RegisterNode, block: BlockContext) -> Changes:
    """Keep the node's id with the Exchange: an auditor's, a gateway of the Exchange itself, or a
    validator's, which may have to catch up before it is added.
    """
    holder = state.holders.get(message.holder_id)
    if holder is None:
        raise RefusedError(Refusal.UNKNOWN_HOLDER, "ours", {"holder_id": message.holder_id})
    require(
        message.kind is not PeerKind.AUDITOR or holder.holder_class is HolderClass.AUDITOR,
        Refusal.NOT_AN_AUDITOR,
        "ours",
        holder_id=message.holder_id,
    )
    require(
        message.kind is not PeerKind.GATEWAY or message.holder_id == block.holder_id,
        Refusal.NOT_THE_EXCHANGE,
        "ours",
        holder_id=message.holder_id,
    )
    require(
        state.peers.place(message.node_id) is None,
        Refusal.NODE_EXISTS,
        "ours",
        node_id=message.node_id,
    )
    require(
        state.holder_has_room(block.holder_id),
        Refusal.TOO_MANY_RECORDS,
        "ours",
        holder_id=block.holder_id,
    )

    peer = Peer(node_id=message.node_id, kind=message.kind, holder_id=message.holder_id)
    return Changes.of(put(PEERS, block.holder_id, peer))
