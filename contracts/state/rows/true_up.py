"""A year's true-up: its stages, what each Member owes and elects, and how the year closed for it.
(RB 4.7, 4.11)
"""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Final

from cfi.contracts.state.table import HolderTable, PublicTable, number_key
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import Cfis, Count, Height, Instant, SmallCode, Tonnes, Year
from cfi.contracts.wire.text import AccountId, HolderId, LotId


@unique
class Stage(IntEnum):
    """How far a year's true-up has come. The row says what is open, never the date."""

    SCHEDULED = 1
    OPEN = 2
    """Obligations are worked out and notified."""
    ELECTIONS = 3
    """Members name the CFIs that they surrender."""
    SETTLE = 4
    """Limits are applied and CFIs retired."""
    CURE = 5
    """Members still short deliver more."""
    CLOSING = 6
    CLOSED = 7


@unique
class Work(IntEnum):
    """What is being done for one holder after another."""

    OBLIGATIONS = 1
    CLAIMS = 2
    """Lots are chosen for who chose none, and offsets are counted."""
    CUT = 3
    """One piece: the programme-wide limits are fixed, and applied to what was counted."""
    SETTLEMENT = 4
    CLOSE = 5


@unique
class ComplianceStatus(IntEnum):
    """Where a Member stands for a year."""

    PENDING = 1
    IN_COMPLIANCE = 2
    OUT_OF_COMPLIANCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueUp:
    """The true-up of one compliance year and when its stages begin."""

    year: Year
    stage: Stage
    opens_at: Instant
    elections_at: Instant
    settles_at: Instant
    cure_at: Instant
    closes_at: Instant
    due_at: Instant | None
    """When the next stage begins; None while the work of this one goes on, and at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A lot among all of a holder's, by vintage, type, account and serial."""

    vintage: Year
    instrument: Instrument
    account: Count
    """The account's number among its holder's."""
    lot_id: LotId


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A restriction to be put on a vintage's allowances.  (RB 4.11.2, 4.11.4, 2.7.1)"""

    restriction: SmallCode
    carrying: SmallCode
    """On those that carry exactly this."""
    left_tonnes: Tonnes
    """Still to be marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the work for one holder has come, where one piece doesn't end it."""

    holder_id: HolderId
    place: Place | None
    """The lot dealt with last."""
    number: Count
    """Of the election counted last; where all that a Participant holds is retired, how many lots
    were found since that was last begun.
    """
    left_tonnes: Tonnes
    """What is still to be chosen for who chose nothing."""
    marking: bool
    """True once the close marks what is left, the highest serials first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueUpWork:
    """The work of a stage: the Exchange's own record of how far it has come."""

    year: Year
    exchange: HolderId
    work: Work
    after: HolderId | None
    """The holder done last."""
    since: Instant
    progress: Progress | None
    """None between holders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """What a Member has to surrender for a year, and what it has surrendered.  (RB 4.7, 4.8)"""

    year: Year
    baseline_tonnes: Tonnes
    target_tonnes: Tonnes
    emissions_tonnes: Tonnes
    """Of the final report; without one, the most that the growth provision recognises."""
    recognised_tonnes: Tonnes
    carried_tonnes: Tonnes
    """Allowances to return that the Member no longer had when its baseline fell.  (RB 6.5.4)"""
    surrendered_tonnes: Tonnes
    reported: bool
    status: ComplianceStatus

    @property
    def owed_tonnes(self) -> Tonnes:
        """All that has to be surrendered."""
        return Tonnes(self.recognised_tonnes + self.carried_tonnes)

    @property
    def short_tonnes(self) -> Tonnes:
        """What is still to be surrendered."""
        return Tonnes(max(0, self.owed_tonnes - self.surrendered_tonnes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Election:
    """CFIs that a Member will surrender for a year, taken in the order of their numbers."""

    year: Year
    number: Count
    account_id: AccountId
    lot_id: LotId
    """The whole lot, which is locked."""
    tonnes: Tonnes


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How a vintage stood for a Member when its year closed.  (RB 4.11.2, 4.11.4)"""

    year: Year
    surplus_tonnes: Tonnes
    """Target less emissions, where that is more than nothing."""
    sold_tonnes: Tonnes
    bought_tonnes: Tonnes
    banked_tonnes: Tonnes
    special_reserve_tonnes: Tonnes
    super_reduction_tonnes: Tonnes
    barred_tonnes: Tonnes
    """Held but neither for sale nor for compliance.  (RB 2.7.1, 4.11.2)"""
    unmatched_excess_tonnes: Tonnes
    """Emissions beyond the growth provision in this and earlier years that no reduction beyond the
    recognised has made good.
    """
    unmarked: tuple[Mark, ...]
    """In this order. What the close didn't find is left: what comes back from a transfer that
    waited is marked up to this.
    """
    closed_at: Height
    """When the last of it was marked."""
    marking: bool
    """True between two pieces of the marking: the vintage's allowances stay where they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClaim:
    """Offsets and early action credits chosen from one account: until the limit is applied all of
    them, then how many may still be used.  (RB 4.11.5)
    """

    account_id: AccountId
    offsets: Cfis
    early: Cfis


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetClaim:
    """What a Member chose of offsets and early action credits, by account.  (RB 4.11.5)"""

    year: Year
    accounts: tuple[AccountClaim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetUse:
    """What the programme-wide limit on offsets and early action credits leaves.  (RB 4.11.5)"""

    year: Year
    limit: Cfis
    offsets: Cfis
    early: Cfis


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A Member out of compliance, for the Environmental Compliance Committee; the record stays when
    what was short is delivered.  (RB 4.7)
    """

    year: Year
    short_tonnes: Tonnes
    reported: bool
    at: Instant


@unique
class LateStep(IntEnum):
    """What is done next when a year is trued up late."""

    TAKE = 1
    """What is owed is worked out, and taken."""
    CLOSE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LateTrueUp:
    """A year that is trued up for one Member after all others.  (RB 2.7.1, 4.7)"""

    year: Year
    holder_id: HolderId
    closes_at: Instant
    """Until then the Member may report, and deliver what it is short."""
    due_at: Instant
    """While the work goes on, when it began."""
    step: LateStep
    progress: Progress | None
    """How far the step has come, where one piece doesn't end it."""


OBLIGATIONS: Final = HolderTable(
    name="obligations", tag=0x58, row=Obligation, key=lambda row: number_key(row.year)
)
ELECTIONS: Final = HolderTable(
    name="elections", tag=0x59, row=Election, key=lambda row: number_key(row.year, row.number)
)
CLOSINGS: Final = HolderTable(
    name="closings", tag=0x5A, row=Closing, key=lambda row: number_key(row.year)
)
TRUE_UP_WORK: Final = HolderTable(
    name="true_up_work",
    tag=0x5B,
    row=TrueUpWork,
    key=lambda row: number_key(row.year),
    due=lambda row: row.since,
)
OFFSET_CLAIMS: Final = HolderTable(
    name="offset_claims", tag=0x5C, row=OffsetClaim, key=lambda row: number_key(row.year)
)
OFFSET_USE: Final = HolderTable(
    name="offset_use", tag=0x5D, row=OffsetUse, key=lambda row: number_key(row.year)
)
SHORTFALLS: Final = HolderTable(
    name="shortfalls", tag=0x5E, row=Shortfall, key=lambda row: number_key(row.year)
)
LATE_TRUE_UPS: Final = HolderTable(
    name="late_true_ups",
    tag=0x5F,
    row=LateTrueUp,
    key=lambda row: number_key(row.year),
    due=lambda row: row.due_at,
)
TRUE_UPS: Final = PublicTable(
    name="true_ups",
    tag=0xD8,
    row=TrueUp,
    key=lambda row: number_key(row.year),
    due=lambda row: row.due_at,
)

TABLES: Final = (
    OBLIGATIONS,
    ELECTIONS,
    CLOSINGS,
    TRUE_UP_WORK,
    OFFSET_CLAIMS,
    OFFSET_USE,
    SHORTFALLS,
    LATE_TRUE_UPS,
    TRUE_UPS,
)
