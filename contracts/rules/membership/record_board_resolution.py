"""Trading is authorised by the holder's board.  (RB 2.6.1)"""

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.rows.membership import RESOLUTIONS, BoardResolution
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.membership.record_board_resolution import RecordBoardResolution
from cfi.contracts.wire.refusal import Refusal, require


def record_board_resolution(
    state: StateView, message: RecordBoardResolution, block: BlockContext
) -> Changes:
    """Record the resolution."""
    require(
        message.resolved_at <= block.now,
        Refusal.NOT_YET_RESOLVED,
        "RB 2.6.1",
        resolved_at=message.resolved_at,
    )
    require(
        state.holder_has_room(block.holder_id),
        Refusal.TOO_MANY_RECORDS,
        "RB 2.6.1",
        holder_id=block.holder_id,
    )

    resolution = BoardResolution(document=message.document, resolved_at=message.resolved_at)
    return Changes.of(put(RESOLUTIONS, block.holder_id, resolution))
