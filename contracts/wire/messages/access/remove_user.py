"""Remove a user.  (RB 2.6.1, 5.3.3)"""

from dataclasses import dataclass

from cfi.contracts.wire.text import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveUser:
    """A holder's administrator takes a user's access away, for good."""

    user_id: UserId
