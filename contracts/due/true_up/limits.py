"""The programme-wide limits of a year: fixed once for all Members, and published where no single
Member's figure shows in them.  (RB 4.11.1, 4.11.3, 4.11.5, 5.3.1)
"""

from dataclasses import replace
from fractions import Fraction

from cfi.contracts.figures.limits import ProgrammeWide, offset_limit, sales_limit
from cfi.contracts.figures.schedule import rate_of
from cfi.contracts.state.changes import NO_CHANGES, Changes, put, put_public
from cfi.contracts.state.notices import NoticeKind, notify
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.programme import (
    PROGRAMME_FIGURES,
    PROGRAMME_YEARS,
    ProgrammeFigures,
)
from cfi.contracts.state.totals import totals_of, year_of
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.quantities import BasisPoints, Tonnes, Year, whole_cfis
from cfi.contracts.wire.text import HolderId


def fix_limits(state: StateView, year: Year, block: BlockContext) -> Changes:
    """Fix a year's limits by the baselines and final reports that there are. What comes later
    changes them for nobody, so that nobody can tell a single Member's figure by the difference.
    """
    exchange = block.holder_id
    totals, row = totals_of(state, exchange), year_of(state, exchange, year)
    programme = ProgrammeWide(
        baseline_tonnes=totals.baseline_tonnes, highest_tonnes=totals.highest_baseline_tonnes
    )
    figures = ProgrammeFigures(
        year=year,
        members=totals.members,
        baseline_tonnes=totals.baseline_tonnes,
        highest_baseline_tonnes=totals.highest_baseline_tonnes,
        reports=row.reports,
        emissions_tonnes=row.emissions_tonnes,
        sales_limit_tonnes=_in_tonnes(_sales_limit(state, year, programme, row.emissions_tonnes)),
        offset_limit_tonnes=_offset_limit(state, year, programme, row.emissions_tonnes),
    )
    return Changes.of(
        put(PROGRAMME_YEARS, exchange, replace(row, figures=figures)),
        _published(state, figures, block),
    )


def fixed_figures(state: StateView, exchange: HolderId, year: Year) -> ProgrammeFigures:
    """The programme's figures of a year whose limits are fixed."""
    figures = year_of(state, exchange, year).figures
    assert figures is not None, "limits are fixed before anything is settled by them"
    return figures


def fixed_sales_limit(state: StateView, exchange: HolderId, year: Year) -> Fraction | None:
    """Tonnes of the year's vintage that one Member may sell, net: exact; None where no limit is
    set.  (RB 4.11.3)
    """
    figures = fixed_figures(state, exchange, year)
    programme = ProgrammeWide(
        baseline_tonnes=figures.baseline_tonnes, highest_tonnes=figures.highest_baseline_tonnes
    )
    return _sales_limit(state, year, programme, figures.emissions_tonnes)


def _published(state: StateView, figures: ProgrammeFigures, block: BlockContext) -> Changes:
    """The figures as a public row, and the notice; nothing where they are of too few Members."""
    if min(figures.members, figures.reports) < terms_of(state).fewest_members_published:
        return NO_CHANGES
    return Changes.of(
        put_public(PROGRAMME_FIGURES, figures),
        notify(state, block, NoticeKind.LIMITS_FIXED, str(figures.year)),
    )


def _sales_limit(
    state: StateView, year: Year, programme: ProgrammeWide, emissions: Tonnes
) -> Fraction | None:
    bps = rate_of(terms_of(state).sales_limit, year)
    return None if bps is None else sales_limit(bps, programme, emissions)


def _offset_limit(
    state: StateView, year: Year, programme: ProgrammeWide, emissions: Tonnes
) -> Tonnes:
    """Whole CFIs, rounded down; nothing where no limit is set."""
    bps = rate_of(terms_of(state).usable_offsets, year) or BasisPoints(0)
    tonnes = offset_limit(bps, programme, emissions)
    return whole_cfis(tonnes.numerator // tonnes.denominator)


def _in_tonnes(limit: Fraction | None) -> Tonnes | None:
    return None if limit is None else Tonnes(limit.numerator // limit.denominator)
