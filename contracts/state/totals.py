"""All Members' direct baselines together, and the highest they ever were.  (RB 4.11.3)"""

from cfi.contracts.state.changes import Changes, put_public
from cfi.contracts.state.rows.baseline import PROGRAMME_TOTALS, Baseline, ProgrammeTotals
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.quantities import Count, Tonnes


def totals_after(state: StateView, before: Baseline | None, after: Baseline) -> Changes:
    """The programme-wide baseline with a Member's new one in place of its old one."""
    totals = state.programme_totals.get(b"totals") or ProgrammeTotals(
        baseline_tonnes=Tonnes(0), highest_baseline_tonnes=Tonnes(0), members=Count(0)
    )
    gone = 0 if before is None else _latest(before)
    now = Tonnes(totals.baseline_tonnes - gone + _latest(after))
    return Changes.of(
        put_public(
            PROGRAMME_TOTALS,
            ProgrammeTotals(
                baseline_tonnes=now,
                highest_baseline_tonnes=max(now, totals.highest_baseline_tonnes),
                members=Count(totals.members + (1 if before is None else 0)),
            ),
        )
    )


def _latest(baseline: Baseline) -> Tonnes:
    """After all acquisitions and sales: the baseline of the programme's last year."""
    return baseline.years[-1].tonnes
