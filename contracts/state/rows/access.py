"""Users, their keys and levels, and who may send which message.  (RB 2.6.1, 5.3.3, 5.4.2)"""

from dataclasses import dataclass
from typing import Final

from cfi.contracts.state.table import HolderTable, PublicTable, number_key, text_key
from cfi.contracts.wire.parties import HolderClass, Level, Role
from cfi.contracts.wire.quantities import Count, Height, Instant, SmallCode
from cfi.contracts.wire.schema import Data, Hash, PublicKey
from cfi.contracts.wire.text import HolderId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person or a system that signs for a holder: an opaque identifier."""

    user_id: UserId
    levels: tuple[Level, ...]
    roles: tuple[Role, ...]
    officer: bool
    """Signs reports, attestations, elections and donations."""
    active: bool
    limited: bool
    """The Exchange has taken trading away.  (RB 2.6.1)"""
    raised_at: Instant
    """When it was added, or last allowed more than before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserKey:
    """A key and the user that it belongs to, for ever."""

    key: PublicKey
    user_id: UserId
    valid_from: Instant
    valid_to: Instant | None
    revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRule:
    """Who may send one message."""

    message_number: SmallCode
    classes: tuple[HolderClass, ...]
    levels: tuple[Level, ...]
    """Any one of these; empty for the Exchange's acts."""
    roles: tuple[Role, ...]
    """Any one of these; empty for holders' acts."""
    officer: bool
    four_eyes: bool
    approver_roles: tuple[Role, ...]
    while_suspended: bool
    gas: Count
    """Work units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An act of the Exchange that waits for a second person."""

    proposal_id: Hash
    message_number: SmallCode
    body: Data
    proposed_by: UserId
    proposer_holder: HolderId
    proposed_at: Height
    expires_at: Instant


USERS: Final = HolderTable(name="users", tag=0x20, row=User, key=lambda row: text_key(row.user_id))
KEYS: Final = HolderTable(
    name="keys", tag=0x21, row=UserKey, key=lambda row: row.key, unique=lambda row: row.key
)
PROPOSALS: Final = HolderTable(
    name="proposals",
    tag=0x22,
    row=Proposal,
    key=lambda row: row.proposal_id,
    due=lambda row: row.expires_at,
)
ACCESS: Final = PublicTable(
    name="access", tag=0xA0, row=AccessRule, key=lambda row: number_key(row.message_number)
)

TABLES: Final = (USERS, KEYS, PROPOSALS, ACCESS)
