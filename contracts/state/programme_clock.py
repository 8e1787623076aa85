"""What rules take for now.  (ours 0009)"""

from cfi.contracts.state.rows.governance import ClockKind
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.quantities import Instant


def programme_time(state: StateView, block_time: Instant) -> Instant:
    """The programme clock of a block with this time."""
    chain = state.chain.get(b"chain")
    assert chain is not None, "genesis writes the chain row"
    if chain.clock is ClockKind.BLOCK:
        return block_time
    clock = state.clock.get(b"now")
    assert clock is not None, "genesis sets a stepped clock"
    return clock.now
