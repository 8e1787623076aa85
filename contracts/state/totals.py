"""What the Exchange sums up over all Members, in records of its own.  (RB 4.11.3, 5.3.1)"""

from dataclasses import replace
from typing import Final

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.rows.baseline import Baseline
from cfi.contracts.state.rows.programme import (
    PROGRAMME_TOTALS,
    PROGRAMME_YEARS,
    ProgrammeTotals,
    ProgrammeYear,
)
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.quantities import Count, Tonnes, Year
from cfi.contracts.wire.text import HolderId

_NO_MEMBERS: Final = ProgrammeTotals(
    baseline_tonnes=Tonnes(0), highest_baseline_tonnes=Tonnes(0), members=Count(0)
)


def totals_of(state: StateView, exchange: HolderId) -> ProgrammeTotals:
    """All Members' direct baselines, and the highest they ever were."""
    return state.programme_totals.get(exchange) or _NO_MEMBERS


def year_of(state: StateView, exchange: HolderId, year: Year) -> ProgrammeYear:
    """A year's emissions of all Members whose report is final."""
    return state.programme_years.of(exchange).get(number_key(year)) or ProgrammeYear(
        year=year, emissions_tonnes=Tonnes(0), reports=Count(0), figures=None
    )


def with_baseline(
    state: StateView, exchange: HolderId, before: Baseline | None, after: Baseline
) -> Changes:
    """The programme-wide baseline with a Member's new one in place of its old one."""
    totals = totals_of(state, exchange)
    gone = 0 if before is None else _latest(before)
    now = Tonnes(totals.baseline_tonnes - gone + _latest(after))
    row = ProgrammeTotals(
        baseline_tonnes=now,
        highest_baseline_tonnes=max(now, totals.highest_baseline_tonnes),
        members=Count(totals.members + (1 if before is None else 0)),
    )
    return Changes.of(put(PROGRAMME_TOTALS, exchange, row))


def with_report(state: StateView, exchange: HolderId, year: Year, emissions: Tonnes) -> Changes:
    """A year's emissions with those of one more final report."""
    before = year_of(state, exchange, year)
    row = replace(
        before,
        emissions_tonnes=Tonnes(before.emissions_tonnes + emissions),
        reports=Count(before.reports + 1),
    )
    return Changes.of(put(PROGRAMME_YEARS, exchange, row))


def _latest(baseline: Baseline) -> Tonnes:
    """After all acquisitions and sales: the baseline of the programme's last year."""
    return baseline.years[-1].tonnes
