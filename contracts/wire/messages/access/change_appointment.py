"""Change the offices of a user of the Exchange.  (RB 3.5.9, 3.7)"""

from dataclasses import dataclass

from cfi.contracts.wire.parties import Level, Role
from cfi.contracts.wire.text import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAppointment:
    """The Exchange gives a user of its own other offices."""

    user_id: UserId
    levels: tuple[Level, ...]
    roles: tuple[Role, ...]
    officer: bool
