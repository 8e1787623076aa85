"""What tightens a holder's protections holds at once; what loosens them only after the present
delay or the programme's, whichever is longer, in which a thief would be noticed.  (ours)
"""

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.protection import loosening_delay, protection_of
from cfi.contracts.state.rows.protections import PROTECTIONS, Protection, Protections
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_TRANSFER_DELAY_SECONDS
from cfi.contracts.wire.messages.custody.set_protections import SetProtections
from cfi.contracts.wire.quantities import Instant, Seconds
from cfi.contracts.wire.refusal import Refusal, require


def set_protections(state: StateView, message: SetProtections, block: BlockContext) -> Changes:
    """Hold the stricter of the present and the wanted now, and the wanted after the delay."""
    require(
        message.delay <= MAX_TRANSFER_DELAY_SECONDS,
        Refusal.DELAY_TOO_LONG,
        "ours",
        delay=message.delay,
    )
    require(
        state.holder_has_room_for_safety(block.holder_id),
        Refusal.TOO_MANY_RECORDS,
        "ours",
        holder_id=block.holder_id,
    )

    present = protection_of(state, block.holder_id, block.now)
    wanted = Protection(delay=message.delay, second_approver=message.second_approver)
    stricter = Protection(
        delay=Seconds(max(present.delay, wanted.delay)),
        second_approver=present.second_approver or wanted.second_approver,
    )
    if stricter == wanted:
        row, effective = Protections(current=wanted, following=None, following_from=None), block.now
    else:
        delay = max(present.delay, loosening_delay(state, block.height))
        effective = Instant(block.now + delay)
        row = Protections(current=stricter, following=wanted, following_from=effective)
    return Changes.of(put(PROTECTIONS, block.holder_id, row), effective_from=effective)
