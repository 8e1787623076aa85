"""Appoint a user of the Exchange.  (RB 3.5.9, 3.7)"""

from dataclasses import dataclass

from cfi.contracts.wire.parties import Level, Role
from cfi.contracts.wire.schema import PublicKey, Signature
from cfi.contracts.wire.text import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointUser:
    """The Exchange adds a user of its own, with its offices and its first key."""

    user_id: UserId
    levels: tuple[Level, ...]
    roles: tuple[Role, ...]
    officer: bool
    key: PublicKey
    possession: Signature
