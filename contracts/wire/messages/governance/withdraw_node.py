"""Withdraw a node.  (ours 0025)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawNode:
    """The Exchange lets a node connect no more."""

    node_id: NodeId
