"""An auditor reads everything under a recorded grant, given by two people.  (ours)"""

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.people import holder_of
from cfi.contracts.state.rows.membership import GRANTS, ReadingGrant
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.membership.grant_reading import GrantReading
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.refusal import Refusal, require


def grant_reading(state: StateView, message: GrantReading, block: BlockContext) -> Changes:
    """Record the grant with the auditor; a later one takes its place."""
    auditor = holder_of(state, message.auditor)
    require(
        auditor.holder_class is HolderClass.AUDITOR,
        Refusal.NOT_AN_AUDITOR,
        "ours",
        auditor=message.auditor,
    )
    require(
        message.from_at < message.to_at and block.now < message.to_at,
        Refusal.NO_SUCH_PERIOD,
        "ours",
        from_at=message.from_at,
        to_at=message.to_at,
    )

    grant = ReadingGrant(
        auditor=message.auditor,
        from_at=message.from_at,
        to_at=message.to_at,
        grounds=message.grounds,
    )
    return Changes.of(put(GRANTS, message.auditor, grant))
