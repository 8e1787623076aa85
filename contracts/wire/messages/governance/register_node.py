"""Register a node.  (ours 0025)"""

from dataclasses import dataclass

from cfi.contracts.wire.parties import PeerKind
from cfi.contracts.wire.schema import NodeId
from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterNode:
    """The Exchange lets a holder's node connect to the validators' network."""

    node_id: NodeId
    kind: PeerKind
    holder_id: HolderId
