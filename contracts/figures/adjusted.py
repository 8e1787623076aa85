"""What acquisitions and sales make of a Member's baseline and allowances, year by year.

(RB 6.5.4, 6.5.5)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from cfi.contracts.figures.allocation import target
from cfi.contracts.figures.baseline import Change, ChangeKind, YearBaseline, year_baseline
from cfi.contracts.figures.dates import day_of
from cfi.contracts.figures.schedule import may_sell, reduction
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import Cfis, Instant, Tonnes, Year, nearest_cfis
from cfi.contracts.wire.text import FacilityId


@dataclass(frozen=True, slots=True, kw_only=True)
class YearDue:
    """A year's baseline and allowances as they should be."""

    figure: YearBaseline
    allowances: Cfis
    sellable: bool
    """Whether the Member may sell or bank them."""

    @property
    def year(self) -> Year:
        """The year, and the vintage."""
        return self.figure.year

    @property
    def target_tonnes(self) -> Tonnes:
        """The allocation before it is rounded to CFIs."""
        return self.figure.allocation_tonnes


class Reported(Protocol):
    """A facility that came or went, as its Member reported it."""

    @property
    def facility_id(self) -> FacilityId:
        """Which."""

    @property
    def baseline_tonnes(self) -> Tonnes:
        """Its part of the baseline."""

    @property
    def first_day(self) -> Instant:
        """The first day on which its emissions are included, or no longer are."""

    @property
    def came(self) -> bool:
        """True if it was acquired, False if it was sold."""


def change_from(reported: Reported) -> Change:
    """A reported change as the figures take it."""
    return Change(
        kind=ChangeKind.ACQUISITION if reported.came else ChangeKind.SALE,
        facility_id=reported.facility_id,
        baseline=Fraction(reported.baseline_tonnes),
        date=day_of(reported.first_day),
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
