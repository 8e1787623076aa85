"""Holders: who they are, what class they have, and where they stand.  (RB 2)"""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Final

from cfi.contracts.state.table import HolderTable, text_key
from cfi.contracts.wire.parties import EligibilityCategory, HolderClass
from cfi.contracts.wire.quantities import Cents, Count, Instant, SmallCode, Tonnes, Year
from cfi.contracts.wire.schema import Hash, PublicKey, Seed
from cfi.contracts.wire.text import HolderId, Identifier, Text, UserId


@unique
class HolderStatus(IntEnum):
    """Where a holder stands.  (RB 2.4, 2.8, 2.11)"""

    ACTIVE = 1
    SUSPENDED = 2
    TERMINATED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A Registry Account Holder."""

    holder_id: HolderId
    holder_class: HolderClass
    status: HolderStatus
    not_for_profit: bool
    admitted_at: Instant
    first_year: Year
    """The first compliance year that binds it.  (RB 2.7.1, file 13)"""
    accounts_opened: Count


@unique
class ApplicationStage(IntEnum):
    """How far an application has come.  (RB 2.4.1, 3.8)"""

    FILED = 1
    REVIEWED = 2
    RECOMMENDED = 3
    DENIED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAdministrator:
    """Who opens a new holder's affairs: its first user, that user's key, and what blinds its
    records and first two accounts.
    """

    user_id: UserId
    key: PublicKey
    holder_seed: Seed
    trading_seed: Seed
    retirement_seed: Seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What the Provider of Regulatory Services found.  (RB 3.8)"""

    complete: bool
    eligible: bool
    at_risk: bool
    """The criteria are met minimally."""
    evidence: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """How a committee voted.  (RB 3.7.10, 3.12)"""

    members: Count
    in_favour: Count
    against: Count
    recused: Count
    minutes: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application to become a Registry Account Holder.  (RB 2.4.1)"""

    applicant: HolderId
    exchange: HolderId
    holder_class: HolderClass
    stage: ApplicationStage
    documents: tuple[Hash, ...]
    fee_paid: Cents
    country: Identifier
    not_for_profit: bool
    first_year: Year
    direct_emissions: Tonnes
    administrator: FirstAdministrator
    filed_at: Instant
    decide_by: Instant
    """The end of the thirtieth business day."""
    overdue: bool
    review: Review | None
    vote: Vote | None
    recommended: bool
    reason: Text | None
    """Why it was denied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """A holder's status as an Eligible Commercial Entity.  (RB 2.3, 3.8)"""

    holder_id: HolderId
    category: EligibilityCategory
    column_one: SmallCode
    """The number of its ground in column I of the application form."""
    column_two: SmallCode
    evidence: Hash
    review_by: Instant
    lapsed: bool
    """The yearly review has not been made in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardResolution:
    """A holder's board authorises its trading.  (RB 2.6.1)"""

    document: Hash
    resolved_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingGrant:
    """Leave for an auditor to read everything, kept with the auditor.  (ours)"""

    auditor: HolderId
    from_at: Instant
    to_at: Instant
    grounds: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """Why and since when a holder stands where it stands.  (RB 2.8, 2.11)"""

    since: Instant
    reason: Text
    decision: Hash
    under_jurisdiction_until: Instant | None
    """After a termination."""


HOLDERS: Final = HolderTable(name="holders", tag=0x10, row=Holder, key=lambda _: b"")
ELIGIBILITY: Final = HolderTable(
    name="eligibility",
    tag=0x11,
    row=Eligibility,
    key=lambda _: b"",
    due=lambda row: None if row.lapsed else row.review_by,
)
RESOLUTIONS: Final = HolderTable(
    name="resolutions", tag=0x12, row=BoardResolution, key=lambda _: b""
)
APPLICATIONS: Final = HolderTable(
    name="applications",
    tag=0x13,
    row=Application,
    key=lambda row: text_key(row.applicant),
    due=lambda row: row.decide_by if is_pending(row) and not row.overdue else None,
)
"""Records of the Exchange; a granted application is dropped, its holder stands for it."""
GRANTS: Final = HolderTable(name="grants", tag=0x14, row=ReadingGrant, key=lambda _: b"")
STATUS_CHANGES: Final = HolderTable(
    name="status_changes", tag=0x15, row=StatusChange, key=lambda _: b""
)

TABLES: Final = (HOLDERS, ELIGIBILITY, RESOLUTIONS, APPLICATIONS, GRANTS, STATUS_CHANGES)


def is_pending(application: Application) -> bool:
    """True until an application is decided."""
    return application.stage is not ApplicationStage.DENIED
