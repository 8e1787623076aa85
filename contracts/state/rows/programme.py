"""All Members together: what the Exchange sums up for itself, and what it publishes of it.  (RB
4.11, 5.3.1)
"""

from dataclasses import dataclass
from typing import Final

from cfi.contracts.state.table import HolderTable, PublicTable, number_key
from cfi.contracts.wire.quantities import Count, Tonnes, Year


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeTotals:
    """All Members' direct baselines as they stand.  (RB 4.11.3)"""

    baseline_tonnes: Tonnes
    highest_baseline_tonnes: Tonnes
    """The highest they ever were: a limit that follows it never falls."""
    members: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeFigures:
    """What a year's limits follow from, and what they are: fixed once, for all Members alike.  (RB
    4.11.1)
    """

    year: Year
    members: Count
    """Whose baselines are in."""
    baseline_tonnes: Tonnes
    highest_baseline_tonnes: Tonnes
    reports: Count
    """Final ones, whose emissions are in."""
    emissions_tonnes: Tonnes
    sales_limit_tonnes: Tonnes | None
    """What one Member may sell of the vintage, net, rounded down; null where no limit is set.  (RB
    4.11.3)
    """
    offset_limit_tonnes: Tonnes
    """What all together may use of offsets and early action credits, in whole CFIs.  (RB 4.11.5)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeYear:
    """A year's emissions of all Members whose report is final.  (RB 4.11.3, 4.11.5)"""

    year: Year
    emissions_tonnes: Tonnes
    reports: Count
    figures: ProgrammeFigures | None
    """As they were when the year's limits were fixed."""


PROGRAMME_TOTALS: Final = HolderTable(
    name="programme_totals", tag=0x60, row=ProgrammeTotals, key=lambda _: b""
)
PROGRAMME_YEARS: Final = HolderTable(
    name="programme_years", tag=0x61, row=ProgrammeYear, key=lambda row: number_key(row.year)
)
"""Both are records of the Exchange: they change with a single Member's figure."""
PROGRAMME_FIGURES: Final = PublicTable(
    name="programme_figures", tag=0xD2, row=ProgrammeFigures, key=lambda row: number_key(row.year)
)

TABLES: Final = (PROGRAMME_TOTALS, PROGRAMME_YEARS, PROGRAMME_FIGURES)
