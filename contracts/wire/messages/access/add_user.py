"""Add a user.  (RB 2.6.1, 5.3.3)"""

from dataclasses import dataclass

from cfi.contracts.wire.parties import Level
from cfi.contracts.wire.schema import PublicKey, Signature
from cfi.contracts.wire.text import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddUser:
    """A holder's administrator adds a user, with its first key."""

    user_id: UserId
    levels: tuple[Level, ...]
    officer: bool
    key: PublicKey
    possession: Signature
