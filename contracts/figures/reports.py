"""What a year's reported emissions come to.  (RB 4.9, 7.2.1)"""

from collections.abc import Sequence
from dataclasses import dataclass

from cfi.contracts.figures.obligation import included_from_new_units
from cfi.contracts.wire.emissions import ReportLine
from cfi.contracts.wire.quantities import Tonnes, nearest, nearest_hundred


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTotals:
    """A report's emissions in tonnes."""

    total: Tonnes
    exempt: Tonnes
    """Of new electric power units, to the nearest tonne."""
    included: Tonnes
    """To the nearest 100 t."""


def report_totals(
    lines: Sequence[ReportLine], best_in_class: Tonnes, exemption: Tonnes
) -> ReportTotals:
    """All lines together, less what new electric power units may leave out.  (RB 4.9, 7.2.1)"""
    total = Tonnes(sum(line.tonnes for line in lines))
    new = Tonnes(sum(line.tonnes for line in lines if line.new_unit))
    exempt = Tonnes(new - nearest(included_from_new_units(new, best_in_class, exemption)))
    return ReportTotals(
        total=total, exempt=exempt, included=Tonnes(nearest_hundred(total - exempt))
    )
