"""Change a user.  (RB 2.6.1, 5.3.3)"""

from dataclasses import dataclass

from cfi.contracts.wire.parties import Level
from cfi.contracts.wire.text import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeUser:
    """A holder's administrator changes what a user may do."""

    user_id: UserId
    levels: tuple[Level, ...]
    officer: bool
