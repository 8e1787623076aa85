"""Limit a trader.  (RB 2.6.1)"""

from dataclasses import dataclass

from cfi.contracts.wire.text import HolderId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUser:
    """The Exchange takes a user's trading away, or gives it back."""

    holder_id: HolderId
    user_id: UserId
    limited: bool
