"""What acquisitions and sales make of a Member's baseline and allowances, year by year.

(RB 6.5.4, 6.5.5)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from cfi.contracts.figures.allocation import target
from cfi.contracts.figures.baseline import Change, ChangeKind, YearBaseline, year_baseline
from cfi.contracts.figures.dates import day_of
from cfi.contracts.figures.schedule import may_sell, reduction
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import Cfis, Instant, Tonnes, Year, nearest_cfis


@dataclass(frozen=True, slots=True, kw_only=True)
class YearDue:
    """A year's baseline and allowances as they should be."""

    figure: YearBaseline
    allowances: Cfis
    sellable: bool
    """Whether the Member may sell or bank them."""


def change_from(first_day: Instant, facility_id: str, tonnes: Tonnes, *, came: bool) -> Change:
    """A facility that came, or went, as its Member reported it: its baseline in tonnes."""
    return Change(
        kind=ChangeKind.ACQUISITION if came else ChangeKind.SALE,
        facility_id=facility_id,
        baseline=Fraction(tonnes),
        date=day_of(first_day),
    )


def year_due(
    terms: ProgrammeTerms,
    first_year: Year,
    enrolment_tonnes: Tonnes,
    changes: Sequence[Change],
    year: Year,
) -> YearDue:
    """A year after the changes, each rounded to a tonne; allowances to the nearest CFI.

    Refused as `year_baseline` is, and where the programme has no reduction for the year.
    """
    bps = reduction(terms, first_year, year)
    figure = year_baseline(enrolment_tonnes, changes, year, bps)
    unchanged = target(enrolment_tonnes, bps)
    total = figure.allocation_tonnes if figure.allocation_change_tonnes else unchanged
    return YearDue(
        figure=figure,
        allowances=nearest_cfis(total),
        sellable=may_sell(terms, first_year, year),
    )
