"""A holder's standing, changed by decision and told to everybody.  (RB 2.4.1, 2.8, 2.11)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.notices import NoticeKind, notify
from cfi.contracts.state.rows.membership import (
    HOLDERS,
    STATUS_CHANGES,
    Holder,
    HolderStatus,
    StatusChange,
)
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext

NOTICE_OF = (
    (HolderStatus.ACTIVE, NoticeKind.HOLDER_REINSTATED),
    (HolderStatus.SUSPENDED, NoticeKind.HOLDER_SUSPENDED),
    (HolderStatus.TERMINATED, NoticeKind.HOLDER_TERMINATED),
)


def with_standing(
    state: StateView, block: BlockContext, holder: Holder, status: HolderStatus, why: StatusChange
) -> Changes:
    """The holder in its new standing, why, and the notice."""
    kind = next(notice for each, notice in NOTICE_OF if each is status)
    return Changes.of(
        put(HOLDERS, holder.holder_id, replace(holder, status=status)),
        put(STATUS_CHANGES, holder.holder_id, why),
        notify(state, block, kind, holder.holder_id),
    )
