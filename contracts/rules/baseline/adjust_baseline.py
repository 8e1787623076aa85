"""Allowances follow the facilities that come and go.  (RB 6.5.4, 6.5.5, 6.5.6)"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from cfi.contracts.figures.adjusted import YearDue, change_from, year_due
from cfi.contracts.figures.errors import FigureError
from cfi.contracts.state.adjustment import adjust_allowances
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.filings import member_of, no_true_up_runs, standing_baseline
from cfi.contracts.state.notices import NoticeKind, notify
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.baseline import (
    BASELINE_CHANGES,
    BASELINES,
    Baseline,
    BaselineChange,
    YearBaseline,
)
from cfi.contracts.state.totals import with_baseline
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.limits import MAX_MEMBER_TONNES
from cfi.contracts.wire.messages.baseline.adjust_baseline import AdjustBaseline, AdjustedYear
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import TONNES_PER_CFI, Tonnes
from cfi.contracts.wire.refusal import Refusal, RefusedError, require
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentDue:
    """What a Member's acquisitions and sales come to."""

    baseline: Baseline
    changes: tuple[BaselineChange, ...]
    years: tuple[YearDue, ...]

    @property
    def inputs_hash(self) -> Hash:
        """SHA-256 of the baseline and the changes, as an instruction to adjust names it."""
        rows = map(BASELINE_CHANGES.schema.encode, self.changes)
        return Hash(sha256(b"".join((BASELINES.schema.encode(self.baseline), *rows))).digest())

    @property
    def adjusted_years(self) -> tuple[AdjustedYear, ...]:
        """As an instruction to adjust names them."""
        return tuple(
            AdjustedYear(
                year=due.year,
                baseline_tonnes=due.figure.baseline_tonnes,
                allowance_tonnes=Tonnes(due.allowances * TONNES_PER_CFI),
            )
            for due in self.years
        )


def adjust_baseline(state: StateView, message: AdjustBaseline, block: BlockContext) -> Changes:
    """Issue or retire, by vintage, the difference between the allocation due and the one made."""
    adjustment = adjustment_due(state, message.member)
    require(
        message.inputs_hash == adjustment.inputs_hash,
        Refusal.INPUTS_CHANGED,
        "RB 3.6",
        what="inputs_hash",
    )
    require(
        message.years == adjustment.adjusted_years, Refusal.INPUTS_CHANGED, "RB 3.6", what="years"
    )
    before, years = adjustment.baseline, adjustment.years
    pending = [change for change in adjustment.changes if change.adjusted_at is None]
    draft = Draft(state)
    for due in years:
        adjust_allowances(draft, block, message.member, due)
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
        with_baseline(state, block.holder_id, before, after),
        notify(state, block, NoticeKind.BASELINE_CHANGED),
        **{f"change_{due.year}_tonnes": due.figure.allocation_change_tonnes for due in years},
    )


def adjustment_due(state: StateView, member: HolderId) -> AdjustmentDue:
    """What the changes reported make of a Member's baseline and allowances, with their hash.

    Refused where they can't be adjusted: what is to be approved is read from here.
    """
    member_of(state, member)
    before = standing_baseline(state, member)
    no_true_up_runs(state)
    require(state.allocations.of(member).keys(), Refusal.NOT_ALLOCATED, "RB 6.5.6", member=member)
    changes = tuple(state.baseline_changes.of(member).all())
    years = _believable(tuple(_years_due(terms_of(state), before, changes)))
    return AdjustmentDue(baseline=before, changes=changes, years=years)


def _believable(years: tuple[YearDue, ...]) -> tuple[YearDue, ...]:
    for due in years:
        require(
            due.figure.baseline_tonnes <= MAX_MEMBER_TONNES,
            Refusal.TOO_MANY_TONNES,
            "RB 6.5.4",
            year=due.year,
            baseline_tonnes=due.figure.baseline_tonnes,
        )
    return years


def _years_due(
    terms: ProgrammeTerms, baseline: Baseline, changes: Sequence[BaselineChange]
) -> list[YearDue]:
    figured = [change_from(change) for change in changes]
    first, tonnes = baseline.first_year, baseline.enrolment_tonnes
    try:
        return [year_due(terms, first, tonnes, figured, year.year) for year in baseline.years]
    except FigureError:
        raise RefusedError(Refusal.BASELINE_BELOW_ZERO, "RB 6.5.5", {}) from None


def _recorded(due: YearDue) -> YearBaseline:
    return YearBaseline(year=due.year, tonnes=due.figure.baseline_tonnes)
