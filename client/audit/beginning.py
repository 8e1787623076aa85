"""What an audit begins with: the state before the first block, and what every header must say."""

from dataclasses import dataclass

from cfi.contracts.state.durable import Batch
from cfi.contracts.state.store import State
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.validators import ValidatorSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """The genesis, worked out: none of it comes from the blocks."""

    chain_id: str
    genesis_hash: Hash
    genesis_time: Timestamp
    app_version: int
    consensus_hash: bytes
    validators: ValidatorSet
    state: State
    """Sealed at height 0; the replay changes it."""
    rows: Batch
    """The same rows as the durable copy has them, for the independent model."""
