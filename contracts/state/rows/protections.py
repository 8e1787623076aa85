"""A holder's protections of its transfers to others: delay, second approver, trusted accounts.
(ours)
"""

from dataclasses import dataclass
from typing import Final

from cfi.contracts.state.table import HolderTable, text_key
from cfi.contracts.wire.quantities import Instant, Seconds
from cfi.contracts.wire.text import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """How transfers to others are held up."""

    delay: Seconds
    """Between the holder's will and the delivery; the holder can cancel during it."""
    second_approver: bool
    """True if another Super User must approve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protections:
    """What holds now, and what holds from an instant on."""

    current: Protection
    following: Protection | None
    following_from: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedAccount:
    """An account to which transfers aren't delayed."""

    account_id: AccountId
    effective_from: Instant


PROTECTIONS: Final = HolderTable(name="protections", tag=0x36, row=Protections, key=lambda _: b"")
TRUSTED: Final = HolderTable(
    name="trusted", tag=0x37, row=TrustedAccount, key=lambda row: text_key(row.account_id)
)

TABLES: Final = (PROTECTIONS, TRUSTED)
