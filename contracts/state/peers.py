"""Which nodes may connect to the validators' network.  (ours 0025)"""

from cfi.contracts.state.rows.membership import HolderStatus
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.parties import PeerKind
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import NodeId


def may_peer(state: StateView, node_id: NodeId, now: Instant) -> bool:
    """True if the node is registered, its holder is active, and, for an auditor's, its grant is in
    force at this time of the programme clock.
    """
    found = state.peers.find(node_id)
    if found is None:
        return False
    peer = found[1]
    holder = state.holders.get(peer.holder_id)
    if holder is None or holder.status is not HolderStatus.ACTIVE:
        return False
    if peer.kind is not PeerKind.AUDITOR:
        return True
    grant = state.grants.get(peer.holder_id)
    return grant is not None and grant.from_at <= now < grant.to_at
