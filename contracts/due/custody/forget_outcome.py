"""What a holder was told of an offer or a transfer is kept for its time.  (ours)"""

from cfi.contracts.state.changes import Changes, drop
from cfi.contracts.state.rows.trades import OUTCOMES, Outcome
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext


def forget_outcome(_: StateView, outcome: Outcome, __: BlockContext) -> Changes:
    """Drop the record."""
    return Changes.of(drop(OUTCOMES, outcome.holder_id, outcome))
