"""Allowances follow the facilities that come and go.  (RB 6.5.4, 6.5.5, 6.5.6)"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from cfi.contracts.figures import allocation
from cfi.contracts.figures import baseline as figures
from cfi.contracts.figures.dates import day_of
from cfi.contracts.figures.errors import FigureError
from cfi.contracts.figures.schedule import may_sell, reduction
from cfi.contracts.state.adjustment import VintageDue, adjust_allowances
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.filings import member_of, standing_baseline
from cfi.contracts.state.notices import NoticeKind, notify
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.baseline import (
    BASELINE_CHANGES,
    BASELINES,
    Baseline,
    BaselineChange,
    ChangeKind,
    YearBaseline,
)
from cfi.contracts.state.rows.custody import Restriction
from cfi.contracts.state.rows.true_up import Stage
from cfi.contracts.state.totals import totals_after
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_MEMBER_TONNES
from cfi.contracts.wire.messages.baseline.adjust_baseline import AdjustBaseline
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import Year, nearest_cfis
from cfi.contracts.wire.refusal import Refusal, RefusedError, require

_NOT_RUNNING: Final = (Stage.SCHEDULED, Stage.CLOSED)


@dataclass(frozen=True, slots=True)
class _Due:
    """A year's baseline and allocation as they should be."""

    figure: figures.YearBaseline
    vintage: VintageDue


def adjust_baseline(state: StateView, message: AdjustBaseline, block: BlockContext) -> Changes:
    """Issue or retire, by vintage, the difference between the allocation due and the one made."""
    member_of(state, message.member)
    before = standing_baseline(state, message.member)
    require(
        all(true_up.stage in _NOT_RUNNING for true_up in state.true_ups.all()),
        Refusal.TRUE_UP_RUNNING,
        "RB 6.5.6",
    )
    require(
        state.allocations.of(message.member).keys(),
        Refusal.NOT_ALLOCATED,
        "RB 6.5.6",
        member=message.member,
    )
    changes = list(state.baseline_changes.of(message.member).all())
    pending = [change for change in changes if change.adjusted_at is None]
    years = _believable(_years_due(terms_of(state), before, changes))
    draft = Draft(state)
    for due in years:
        adjust_allowances(draft, block, message.member, due.vintage)
    require(
        pending or draft.changes.operations,
        Refusal.NOTHING_TO_ADJUST,
        "RB 6.5.6",
        member=message.member,
    )

    after = replace(before, years=tuple(_recorded(due) for due in years))
    return Changes.of(
        draft.changes,
        *(
            put(BASELINE_CHANGES, message.member, replace(change, adjusted_at=block.now))
            for change in pending
        ),
        put(BASELINES, message.member, after),
        totals_after(state, before, after),
        notify(state, block, NoticeKind.BASELINE_ADJUSTED, message.member),
        **{
            f"change_{due.figure.year}_tonnes": due.figure.allocation_change_tonnes for due in years
        },
    )


def _believable(years: list[_Due]) -> list[_Due]:
    for due in years:
        require(
            due.figure.baseline_tonnes <= MAX_MEMBER_TONNES,
            Refusal.TOO_MANY_TONNES,
            "RB 6.5.4",
            year=due.figure.year,
            baseline_tonnes=due.figure.baseline_tonnes,
        )
    return years


def _years_due(
    terms: ProgrammeTerms, baseline: Baseline, changes: Sequence[BaselineChange]
) -> list[_Due]:
    figured = [_as_figured(change) for change in changes]
    try:
        return [_due(terms, baseline, figured, year.year) for year in baseline.years]
    except FigureError:
        raise RefusedError(Refusal.BASELINE_BELOW_ZERO, "RB 6.5.5", {}) from None


def _due(
    terms: ProgrammeTerms, baseline: Baseline, changes: Sequence[figures.Change], year: Year
) -> _Due:
    bps = reduction(terms, baseline.first_year, year)
    figure = figures.year_baseline(baseline.enrolment_tonnes, changes, year, bps)
    unchanged = allocation.target(baseline.enrolment_tonnes, bps)
    total = figure.allocation_tonnes if figure.allocation_change_tonnes else unchanged
    sellable = may_sell(terms, baseline.first_year, year)
    vintage = VintageDue(
        vintage=year,
        target_tonnes=figure.allocation_tonnes,
        allocation=nearest_cfis(total),
        restrictions=Restriction.NONE if sellable else Restriction.NO_SALE,
    )
    return _Due(figure, vintage)


def _recorded(due: _Due) -> YearBaseline:
    return YearBaseline(year=due.figure.year, tonnes=due.figure.baseline_tonnes)


def _as_figured(change: BaselineChange) -> figures.Change:
    came = change.kind is ChangeKind.ACQUISITION
    return figures.Change(
        kind=figures.ChangeKind.ACQUISITION if came else figures.ChangeKind.SALE,
        facility_id=change.facility_id,
        baseline=Fraction(change.baseline_tonnes),
        date=day_of(change.first_day),
    )
