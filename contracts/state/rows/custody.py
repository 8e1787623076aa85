"""Accounts, lots, what became of lots, and what an owner's first row sums up.  (RB 4.3, 5.3)"""

from dataclasses import dataclass
from enum import IntEnum, IntFlag, unique
from typing import Final

from cfi.contracts.state.table import SUMMARY_TAG, AccountTable, PublicTable, number_key
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import (
    CentsPerTonne,
    Count,
    Height,
    Instant,
    Serial,
    SmallCode,
    Tonnes,
    Year,
)
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId, HolderId, Identifier, LotId, Text


@unique
class AccountKind(IntEnum):
    """What an account is for."""

    TRADING = 1
    RETIREMENT = 2
    AUCTION_POOL = 3


@unique
class Origin(IntEnum):
    """What a lot was first issued for."""

    ALLOCATION = 1
    PROJECT = 2
    REPLACEMENT = 3
    ACQUISITION = 4


class Restriction(IntFlag):
    """What may not be done with a lot."""

    NONE = 0
    NO_SALE = 1
    """Of years before enrolment, or not established as Super Reductions.  (RB 2.7.1, 4.11.2)"""
    NO_COMPLIANCE = 2
    """The same, once the year has closed.  (RB 2.7.1, 4.11.2)"""
    SPECIAL_RESERVE = 4
    """(RB 4.11.4)"""
    SUPER_REDUCTION = 8
    """(RB 4.11.2)"""
    DONATED = 16
    """For compliance or retirement only.  (RB 4.13)"""
    BOUGHT_FOR_CASH = 32
    """Not to be sold again.  (RB 5.9.5)"""


@unique
class LockReason(IntEnum):
    """Why a lot is held fast."""

    OFFERED = 1
    DELAYED_TRANSFER = 2
    ELECTED = 3
    SOLD = 4


@unique
class FinalState(IntEnum):
    """How a CFI's life ended."""

    RETIRED = 1
    CANCELLED = 2
    SOLD_OUTSIDE = 3


@unique
class RetirementReason(IntEnum):
    """Why CFIs were retired.  (RB 4.7, 4.13, 5.3.1)"""

    COMPLIANCE = 1
    VOLUNTARY = 2
    DONATION = 3
    REPLACEMENT = 4
    SALE_OUTSIDE = 5
    BASELINE_REDUCTION = 6
    TRUE_UP = 7
    """What an Exchange Participant still held.  (RB 12.4)"""


@unique
class MovementKind(IntEnum):
    """Why tonnes came into an account or left it."""

    ISSUED = 1
    TRANSFERRED = 2
    SOLD = 3
    BOUGHT = 4
    DONATED = 5
    RETIRED = 6
    CANCELLED = 7
    WITHHELD = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A registry account."""

    account_id: AccountId
    holder_id: HolderId
    kind: AccountKind
    opened_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Holds a lot fast for an act."""

    reason: LockReason
    act_id: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A contiguous range of serials of one type, vintage, origin and set of restrictions."""

    instrument: Instrument
    vintage: Year
    first: Serial
    tonnes: Tonnes
    origin: Origin
    origin_id: Identifier
    """The allocation run, project, or acquisition."""
    restrictions: SmallCode
    """`Restriction` flags."""
    first_owner: HolderId | None
    """For an XE, the only Member that may use it for compliance; for an offset, whom it was issued
    to; none for an allowance.  (RB 4.3, 12.3)
    """
    single_ton: bool
    lock: Lock | None

    @property
    def lot_id(self) -> LotId:
        """Type, vintage and first serial."""
        return lot_id_of(self.instrument, self.vintage, self.first)

    @property
    def last(self) -> Serial:
        """The last serial."""
        return Serial(self.first + self.tonnes - 1)

    @property
    def locked(self) -> bool:
        """True while an act holds it fast."""
        return self.lock is not None

    def bars(self, restriction: Restriction) -> bool:
        """True if the restriction is on this lot."""
        return bool(self.restrictions & restriction)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredLot:
    """A range of serials in a retirement account, for good."""

    instrument: Instrument
    vintage: Year
    first: Serial
    tonnes: Tonnes
    origin: Origin
    origin_id: Identifier
    reason: RetirementReason
    compliance_year: Year | None
    beneficiary: Text | None
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One entry of an account's statement."""

    act_id: Hash
    height: Height
    kind: MovementKind
    instrument: Instrument
    vintage: Year
    first: Serial
    tonnes: Tonnes
    incoming: bool
    other: Identifier | None
    """The other account of one's own, or the other party of a trade."""
    price: CentsPerTonne | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Tonnes of one type and vintage."""

    instrument: Instrument
    vintage: Year
    tonnes: Tonnes


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """An owner's first row: who it is, what it holds, and the chain of its movements."""

    owner: Text
    seed_commitment: Hash
    totals: tuple[Total, ...]
    movement_count: Count
    movement_chain: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Tonnes of one type and vintage ever issued, and what became of them."""

    instrument: Instrument
    vintage: Year
    issued: Tonnes
    """Also the highest serial."""
    retired: Tonnes
    cancelled: Tonnes
    sold_outside: Tonnes


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEntry:
    """A range of serials whose life has ended."""

    first: Serial
    last: Serial
    state: FinalState
    reason: RetirementReason
    beneficiary: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPage:
    """The ended serials among 10,000 t of one type and vintage."""

    instrument: Instrument
    vintage: Year
    number: Count
    entries: tuple[PageEntry, ...]


def lot_id_of(instrument: Instrument, vintage: int, first: int) -> LotId:
    """The identifier of the lot that begins with a serial: ten digits, so that it sorts."""
    return LotId(f"{instrument._name_}-{vintage}-{str(first).zfill(10)}")


def _range_key(row: Lot | RetiredLot) -> bytes:
    return lot_id_of(row.instrument, row.vintage, row.first).encode()


ACCOUNTS: Final = AccountTable(name="accounts", tag=0x30, row=Account, key=lambda _: b"")
LOTS: Final = AccountTable(name="lots", tag=0x31, row=Lot, key=_range_key)
RETIRED: Final = AccountTable(name="retired", tag=0x32, row=RetiredLot, key=_range_key)
SUPPLY: Final = PublicTable(
    name="supply", tag=0xB0, row=Supply, key=lambda row: number_key(row.instrument, row.vintage)
)
PAGES: Final = PublicTable(
    name="pages",
    tag=0xB1,
    row=SerialPage,
    key=lambda row: number_key(row.instrument, row.vintage, row.number),
)
SUMMARY: Final = AccountTable(name="summary", tag=SUMMARY_TAG, row=Summary, key=lambda _: b"")
"""Row 0 of accounts and of holders."""

TABLES: Final = (SUMMARY, ACCOUNTS, LOTS, RETIRED, SUPPLY, PAGES)
