"""The stepped programme clock moves on.  (ours 0009)"""

from cfi.contracts.state.changes import Changes, put_public
from cfi.contracts.state.held import next_instant
from cfi.contracts.state.rows.governance import CLOCK, Clock
from cfi.contracts.state.upgrades import app_version_at
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.governance.advance_clock import AdvanceClock
from cfi.contracts.wire.refusal import Refusal, RefusedError, require


def advance_clock(state: StateView, message: AdvanceClock, block: BlockContext) -> Changes:
    """Move the clock, from the next block on; never back, and never past work that is due."""
    clock = state.clock.get(b"now")
    if clock is None:
        raise RefusedError(Refusal.CLOCK_NOT_STEPPED, "ours", {"to": message.to})
    require(clock.now < message.to, Refusal.CLOCK_NOT_LATER, "ours", to=message.to)
    due = next_instant(state, app_version_at(state, block.height))
    require(due is None or message.to <= due, Refusal.WORK_DUE_BEFORE, "ours", to=message.to)

    return Changes.of(put_public(CLOCK, Clock(now=message.to)))
