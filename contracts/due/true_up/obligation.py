"""What each Member owes for a year, worked out and notified when its true-up opens.  (RB 4.7,
4.8)
"""

from dataclasses import replace

from cfi.contracts.due.true_up.pieces import Done
from cfi.contracts.figures import allocation, schedule
from cfi.contracts.figures.obligation import obligation
from cfi.contracts.state.changes import NO_CHANGES, Changes, put
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.baseline import Baseline
from cfi.contracts.state.rows.membership import Holder
from cfi.contracts.state.rows.reports import ReportState
from cfi.contracts.state.rows.true_up import OBLIGATIONS, ComplianceStatus, Obligation, TrueUpWork
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import Tonnes, Year, nearest_hundred, plus_share
from cfi.contracts.wire.text import HolderId


def notify_obligation(state: StateView, holder: Holder, work: TrueUpWork, _: BlockContext) -> Done:
    """Write what a Member owes; nothing for who isn't bound by the year."""
    row = obligation_of(state, holder, work.year)
    if row is None:
        return NO_CHANGES, None
    return Changes.of(put(OBLIGATIONS, holder.holder_id, row)), None


def obligation_of(state: StateView, holder: Holder, year: Year) -> Obligation | None:
    """What a Member owes by its final report; without one, the most that is recognised.

    None for who is no Member or isn't bound by the year.
    """
    baseline = state.baselines.get(holder.holder_id)
    if holder.holder_class is not HolderClass.MEMBER or baseline is None:
        return None
    if baseline.tonnes_in(year) is None:
        return None
    return _owed(state, holder, baseline, year, _reported(state, holder, year))


def obligation_anew(state: StateView, holder: Holder, year: Year) -> Obligation:
    """What a Member owes for a year that is trued up late.

    If the year closed on it before, the baseline and what it has to return may be others since; the
    report that counted then counts still, and what was surrendered.
    """
    before = state.obligations.of(holder.holder_id).get(number_key(year))
    if before is None:
        first = obligation_of(state, holder, year)
        assert first is not None, "who has allowances of a year is bound by it"
        return first
    baseline = state.baselines.get(holder.holder_id)
    assert baseline is not None, "an obligation rests on a baseline"
    reported = before.emissions_tonnes if before.reported else None
    return replace(
        _owed(state, holder, baseline, year, reported),
        surrendered_tonnes=before.surrendered_tonnes,
        status=before.status,
    )


def _reported(state: StateView, holder: Holder, year: Year) -> Tonnes | None:
    """The included emissions of a final report."""
    report = state.reports.of(holder.holder_id).get(number_key(year))
    final = report is not None and report.state is ReportState.FINAL
    return report.included_tonnes if report is not None and final else None


def _owed(
    state: StateView, holder: Holder, baseline: Baseline, year: Year, reported: Tonnes | None
) -> Obligation:
    terms, tonnes = terms_of(state), baseline.tonnes_in(year)
    assert tonnes is not None, "an obligation is of a year that binds"
    growth = schedule.growth_provision(terms, year)
    target = allocation.target(tonnes, schedule.reduction(terms, baseline.first_year, year))
    most = Tonnes(nearest_hundred(plus_share(tonnes, growth)))
    emissions = most if reported is None else reported
    return Obligation(
        year=year,
        baseline_tonnes=tonnes,
        target_tonnes=Tonnes(nearest_hundred(target)),
        emissions_tonnes=emissions,
        recognised_tonnes=obligation(emissions, tonnes, growth),
        carried_tonnes=_carried(state, holder.holder_id, year),
        surrendered_tonnes=Tonnes(0),
        reported=reported is not None,
        status=ComplianceStatus.PENDING,
    )


def _carried(state: StateView, holder_id: HolderId, year: Year) -> Tonnes:
    """Allowances of the year that the Member still has to return.  (RB 6.5.4)"""
    row = state.allocations.of(holder_id).get(number_key(year))
    return Tonnes(0) if row is None else row.owed_tonnes
