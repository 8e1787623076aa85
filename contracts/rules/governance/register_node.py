"""The Exchange registers a node of the validators' network.  (ours 0025, 0042)"""

from cfi.contracts.state.changes import Changes, put, put_public
from cfi.contracts.state.rows.validators import ADMISSION_KEYS, PEERS, AdmissionKey, Peer
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.governance.register_node import RegisterNode
from cfi.contracts.wire.parties import HolderClass, PeerKind
from cfi.contracts.wire.possession import proves_admission_key
from cfi.contracts.wire.refusal import Refusal, RefusedError, require


def register_node(state: StateView, message: RegisterNode, block: BlockContext) -> Changes:
    """Keep the node's id with the Exchange: an auditor's, a gateway of the Exchange itself, or a
    validator's, which may have to catch up before it is added. Publish whose admission key it has.
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

    peer = Peer(
        node_id=message.node_id,
        kind=message.kind,
        holder_id=message.holder_id,
        admission_key=message.admission_key,
    )
    return Changes.of(put(PEERS, block.holder_id, peer), _published(state, message, block))


def _published(state: StateView, message: RegisterNode, block: BlockContext) -> Changes:
    """The key's public row, unless its holder's is there from before: a key speaks for one holder
    for ever.
    """
    require(
        proves_admission_key(
            block.chain_id, message.node_id, message.admission_key, message.possession
        ),
        Refusal.NO_PROOF_OF_POSSESSION,
        "ours",
        admission_key=message.admission_key,
    )
    known = state.admission_keys.get(message.admission_key)
    if known is None:
        row = AdmissionKey(
            key=message.admission_key, kind=message.kind, holder_id=message.holder_id
        )
        return Changes.of(put_public(ADMISSION_KEYS, row))
    require(
        known.holder_id == message.holder_id,
        Refusal.ADMISSION_KEY_TAKEN,
        "ours",
        admission_key=message.admission_key,
    )
    return Changes.of()
