"""Emission reports and their audits.  (RB 7, 10)"""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Final

from cfi.contracts.state.table import HolderTable, number_key
from cfi.contracts.wire.emissions import ReportLine, WarmingSet
from cfi.contracts.wire.quantities import Instant, Tonnes, Year
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import UserId


@unique
class ReportState(IntEnum):
    """How far a report has come. Only a final one counts.  (RB 10.3)"""

    SUBMITTED = 1
    UNDER_AUDIT = 2
    FINDINGS = 3
    CORRECTED = 4
    FINAL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an audit found, as a digest of the auditor's paper.  (RB 10.3)"""

    document_hash: Hash
    found_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class EmissionReport:
    """A Member's emissions of one year and where their audit stands."""

    year: Year
    state: ReportState
    warming_set: WarmingSet
    lines: tuple[ReportLine, ...]
    best_in_class_tonnes: Tonnes
    """What a gas combined cycle would have emitted for the new units' electricity.  (RB 4.9)"""
    total_tonnes: Tonnes
    exempt_tonnes: Tonnes
    """Of the total, what new electric power units may leave out.  (RB 4.9)"""
    included_tonnes: Tonnes
    """To the nearest 100 t.  (RB 7.2.1)"""
    renewable_excluded: bool
    """The officer attests that renewable fuels are left out.  (RB 6.3.2)"""
    late: bool
    """Filed after the 90 days that a new Member has.  (RB 7.1.4)"""
    signed_by: UserId
    submitted_at: Instant
    findings: tuple[Finding, ...]
    final_at: Instant | None


REPORTS: Final = HolderTable(
    name="reports", tag=0x50, row=EmissionReport, key=lambda row: number_key(row.year)
)

TABLES: Final = (REPORTS,)
