"""What was allocated to whom, and the runs that did it.  (RB 4.6, 4.12)"""

from dataclasses import dataclass
from typing import Final

from cfi.contracts.state.table import HolderTable, number_key
from cfi.contracts.wire.quantities import BasisPoints, Instant, SignedTonnes, Tonnes, Year
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId, HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A Member's allowances of one vintage."""

    vintage: Year
    target_tonnes: Tonnes
    """The exact target of the year, to the nearest tonne, after acquisitions and sales."""
    issued_tonnes: Tonnes
    """Whole CFIs issued at first, with those withheld."""
    withheld_tonnes: Tonnes
    """Of those, what went into the auction pool.  (RB 4.12)"""
    adjusted_tonnes: SignedTonnes
    """Whole CFIs issued since for acquisitions, less those to be retired for sales."""
    owed_tonnes: Tonnes
    """What the Member no longer had of what is to be retired, of this vintage or of earlier ones
    whose year was trued up: the year's obligation is that much more.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRun:
    """A run over all Members: the Exchange's own record of how far it has come."""

    run_id: Hash
    exchange: HolderId
    withheld_bps: BasisPoints
    pool: AccountId | None
    only: HolderId | None
    """The one Member of a late allocation; None for all."""
    after: HolderId | None
    """The holder done last."""
    started_at: Instant
    due_at: Instant | None
    """None once every Member is done."""


ALLOCATIONS: Final = HolderTable(
    name="allocations", tag=0x48, row=Allocation, key=lambda row: number_key(row.vintage)
)
ALLOCATION_RUNS: Final = HolderTable(
    name="allocation_runs",
    tag=0x49,
    row=AllocationRun,
    key=lambda row: number_key(row.started_at) + row.run_id,
    due=lambda row: row.due_at,
)

TABLES: Final = (ALLOCATIONS, ALLOCATION_RUNS)
