"""Exchange notices to every holder.  (RB 2.4.1, 4.6, 4.11.1)"""

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
    BASELINE_CHANGED = 41
    """Of a Member that isn't named.  (RB 4.6, 5.3.1)"""
    ALLOWANCES_ALLOCATED = 42
    """By a run over all Members."""
    LIMITS_FIXED = 50
    """Of the year that is its subject.  (RB 4.11.1)"""
    PARAMETER_CHANGED = 60
    VALIDATOR_SUSPENDED = 61
    VALIDATORS_CHANGED = 62
    UPGRADE_SCHEDULED = 63
    UPGRADE_CANCELLED = 64


def notify(
    state: StateView, block: BlockContext, kind: NoticeKind, subject: str | None = None
) -> Changes:
    """The next notice to every holder. It names a holder only where the Rulebook tells everybody
    of it: whatever else is public of that block would be told of the holder, too.  (RB 5.3.1)
    """
    number = Count(len(state.rows.public_keys(NOTICES.tag)) + 1)
    about = None if subject is None else Identifier(subject)
    notice = Notice(number=number, kind=small_code(kind), subject=about, at=block.now)
    return Changes.of(put_public(NOTICES, notice))
