"""Register a node.  (ours 0025, 0042)"""

from dataclasses import dataclass

from cfi.contracts.wire.parties import PeerKind
from cfi.contracts.wire.schema import NodeId, PublicKey, Signature
from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterNode:
    """The Exchange lets a holder's node connect to the validators' network."""

    node_id: NodeId
    kind: PeerKind
    holder_id: HolderId
    admission_key: PublicKey
    """What the node signs its admission receipts with."""
    possession: Signature
    """The admission key's, over chain, node and key."""
