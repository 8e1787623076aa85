"""What an audit begins with: the state before the first block, and what every header must say."""

from dataclasses import dataclass

from cfi.contracts.state.durable import Batch
from cfi.contracts.state.genesis import genesis_hash
from cfi.contracts.state.store import State
from cfi.contracts.transition.genesis import state_at_genesis
from cfi.contracts.wire.blocks import consensus_hash
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.limits import MAX_BLOCK_BYTES, MAX_BLOCK_GAS
from cfi.contracts.wire.schema import Hash
from cfi.genesis.officers import verify_genesis


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """The genesis, worked out: none of it comes from the blocks."""

    chain_id: str
    genesis_hash: Hash
    genesis_time: Timestamp
    consensus_hash: bytes
    state: State
    """Sealed at height 0; the replay changes it."""
    rows: Batch
    """The same rows as the durable copy has them, for the independent model."""


def begin_with(signed_genesis: bytes) -> Beginning:
    """Work out a signed genesis file; raises GenesisError unless enough of its officers signed."""
    data, document = verify_genesis(signed_genesis)
    state, rows = state_at_genesis(data)
    return Beginning(
        chain_id=document.chain_id,
        genesis_hash=genesis_hash(data),
        genesis_time=Timestamp(seconds=document.time, nanos=0),
        consensus_hash=consensus_hash(MAX_BLOCK_BYTES, MAX_BLOCK_GAS),
        state=state,
        rows=rows,
    )
