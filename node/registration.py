"""What the Exchange needs of a node to register it.  (ours 0025, 0042)"""

from dataclasses import dataclass

from cfi.contracts.wire.possession import admission_statement
from cfi.contracts.wire.schema import NodeId, PublicKey, Signature
from cfi.contracts.wire.signatures import public_key_of, sign
from cfi.node.consensus.cometbft.node_key import read_node_id
from cfi.node.home import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What RegisterNode takes of a node itself."""

    node_id: NodeId
    admission_key: PublicKey
    possession: Signature


def registration_of(home: Home, chain_id: str) -> Registration:
    """The node's id and its admission key, which signs that it is this node's; raises DamagedError,
    OSError.
    """
    seed = home.admission_key.read_bytes()
    node_id = NodeId(bytes.fromhex(read_node_id(home.node_key)))
    key = PublicKey(public_key_of(seed))
    statement = admission_statement(chain_id, node_id, key)
    return Registration(
        node_id=node_id, admission_key=key, possession=Signature(sign(seed, statement))
    )
