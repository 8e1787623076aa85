"""Exchange notices to every holder.  (RB 2.4.1, 4.6)"""

from enum import IntEnum, unique

from cfi.contracts.state.changes import Changes, put_public
from cfi.contracts.state.rows.governance import NOTICES, Notice
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.quantities import Count, small_code
from cfi.contracts.wire.text import Identifier


@unique
class NoticeKind(IntEnum):
    """What a notice tells. Numbers are never reused."""

    HOLDER_ADMITTED = 10
    HOLDER_SUSPENDED = 11
    HOLDER_REINSTATED = 12
    HOLDER_TERMINATED = 13
    BASELINE_ESTABLISHED = 40
    BASELINE_ADJUSTED = 41
    ALLOWANCES_ALLOCATED = 42
    PARAMETER_CHANGED = 60
    VALIDATOR_SUSPENDED = 61
    VALIDATORS_CHANGED = 62
    UPGRADE_SCHEDULED = 63
    UPGRADE_CANCELLED = 64


def notify(state: StateView, block: BlockContext, kind: NoticeKind, subject: str) -> Changes:
    """The next notice to every holder."""
    number = Count(len(state.rows.public_keys(NOTICES.tag)) + 1)
    notice = Notice(number=number, kind=small_code(kind), subject=Identifier(subject), at=block.now)
    return Changes.of(put_public(NOTICES, notice))
