"""What becomes of a vintage's allowances when its year closes: banked, or marked.  (RB 4.11.2,
4.11.4, 2.7.1)
"""

from dataclasses import replace
from fractions import Fraction
from typing import Final

from cfi.contracts.due.true_up.limits import fixed_sales_limit
from cfi.contracts.due.true_up.pieces import Done, go_through, progress
from cfi.contracts.figures import schedule
from cfi.contracts.figures.position import Position, YearFacts, YearTerms, capped, position
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.late_true_up import let_go
from cfi.contracts.state.lots_in_order import Step, lots_backwards
from cfi.contracts.state.marks import Marking
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.baseline import Baseline
from cfi.contracts.state.rows.custody import LOTS, Restriction
from cfi.contracts.state.rows.trades import SalesTally
from cfi.contracts.state.rows.true_up import CLOSINGS, Closing, Mark, Obligation, Progress
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import Height, Tonnes, Year, nearest_hundred, small_code
from cfi.contracts.wire.text import HolderId

_NOT_ESTABLISHED: Final = (
    Restriction.SUPER_REDUCTION | Restriction.NO_SALE | Restriction.NO_COMPLIANCE
)
_Marked = tuple[Tonnes, Tonnes, Tonnes]
"""What isn't established, Super Reductions and Special Reserve."""


def begin_marks(
    state: StateView, holder_id: HolderId, obligation: Obligation, block: BlockContext
) -> Changes:
    """Work out what a Member's vintage comes to, and the marks to put on its allowances: its Super
    Reductions, its Special Reserve and what it may not bank. A later close of the year marks only
    what exceeds the earlier one's.
    """
    year, none = obligation.year, Tonnes(0)
    tally = state.sales.of(holder_id).get(number_key(year)) or SalesTally(
        vintage=year, sold_tonnes=none, bought_tonnes=none
    )
    terms = _terms(state, holder_id, year)
    limit = fixed_sales_limit(state, block.holder_id, year)
    excess = _excess_before(state, holder_id, year)
    figures = position(terms, _facts(obligation, tally, terms, limit, excess))
    before = _marked_before(state, holder_id, terms)
    barred, beyond, reserved = before
    closing = Closing(
        year=year,
        surplus_tonnes=Tonnes(nearest_hundred(max(Fraction(0), figures.gross))),
        sold_tonnes=tally.sold_tonnes,
        bought_tonnes=tally.bought_tonnes,
        banked_tonnes=none,
        special_reserve_tonnes=reserved,
        super_reduction_tonnes=beyond,
        barred_tonnes=barred,
        unmatched_excess_tonnes=Tonnes(nearest_hundred(figures.excess_after)),
        unmarked=_marks(terms, figures, before),
        closed_at=block.height,
        marking=True,
    )
    return Changes.of(put(CLOSINGS, holder_id, closing))


def put_marks(state: StateView, year: Year, so_far: Progress, height: Height) -> Done:
    """Put marks on as many lots as a piece deals with, the highest serials first; the rest of the
    vintage is banked by staying where it is.
    """
    closing = state.closings.of(so_far.holder_id).get(number_key(year))
    assert closing is not None, "marks are put on for a closing"
    marking = Marking(state, replace(closing, closed_at=height))
    kind = (year, Instrument.XA)
    left = _left_on(state, so_far.holder_id, year)
    released: list[Changes] = []

    def mark(step: Step) -> bool:
        lot = let_go(step[1].lot, year, left)
        if lot != step[1].lot:
            released.append(Changes.of(put(LOTS, step[1].account_id, lot)))
        if not lot.locked:
            marking.mark(replace(step[1], lot=lot))
        return True

    place = go_through(lots_backwards(state, so_far.holder_id, kind, so_far.place), mark)
    after = replace(marking.closing, marking=place is not None)
    changes = Changes.of(*released, marking.changes, put(CLOSINGS, so_far.holder_id, after))
    if place is None:
        return changes, None
    return changes, progress(so_far.holder_id, place, marking=True)


def _left_on(state: StateView, holder_id: HolderId, year: Year) -> Restriction:
    """Allowances of years before it enrolled a Member can't sell, whatever becomes of them.
    (RB 2.7.1)
    """
    first_year = _baseline(state, holder_id).first_year
    sellable = schedule.may_sell(terms_of(state), first_year, year)
    return Restriction.NONE if sellable else Restriction.NO_SALE


def _terms(state: StateView, holder_id: HolderId, year: Year) -> YearTerms:
    terms, baseline = terms_of(state), _baseline(state, holder_id)
    return YearTerms(
        year=year,
        reduction_bps=schedule.reduction(terms, baseline.first_year, year),
        growth_bps=schedule.growth_provision(terms, year),
        surplus_capped=capped(
            electricity=False,
            enrolment_baseline=baseline.enrolment_tonnes,
            threshold=terms.max_recognised_threshold.tonnes,
        ),
        keeps_special_reserve=year in terms.special_reserve_years,
        may_sell=schedule.may_sell(terms, baseline.first_year, year),
    )


def _facts(
    obligation: Obligation,
    tally: SalesTally,
    terms: YearTerms,
    sales_limit: Fraction | None,
    excess_before: Fraction,
) -> YearFacts:
    """The year as it was; what was sold beyond the limits doesn't change what is left of them."""
    facts = YearFacts(
        baseline=Fraction(obligation.baseline_tonnes),
        emissions=Fraction(obligation.emissions_tonnes),
        sales_limit=sales_limit,
        sold=Tonnes(0),
        net_purchases=Tonnes(max(0, tally.bought_tonnes - tally.sold_tonnes)),
        excess_before=excess_before,
    )
    sold = max(0, tally.sold_tonnes - tally.bought_tonnes)
    sellable = position(terms, facts).sellable
    return replace(facts, sold=Tonnes(min(sold, sellable.numerator // sellable.denominator)))


def _excess_before(state: StateView, holder_id: HolderId, year: Year) -> Fraction:
    """Earlier emissions beyond the growth provision that nothing has made good.  (RB 4.11.2)"""
    before = [row for row in state.closings.of(holder_id).all() if row.year < year]
    return Fraction(before[-1].unmatched_excess_tonnes if before else 0)


def _baseline(state: StateView, holder_id: HolderId) -> Baseline:
    baseline = state.baselines.get(holder_id)
    assert baseline is not None, "an obligation rests on a baseline"
    return baseline


def _marked_before(state: StateView, holder_id: HolderId, terms: YearTerms) -> _Marked:
    """The tonnes that an earlier close of the year marked. Those of years before enrolment are let
    go and marked anew.
    """
    before = state.closings.of(holder_id).get(number_key(terms.year))
    if before is None or not terms.may_sell:
        return Tonnes(0), Tonnes(0), Tonnes(0)
    return before.barred_tonnes, before.super_reduction_tonnes, before.special_reserve_tonnes


def _marks(terms: YearTerms, figures: Position, before: _Marked) -> tuple[Mark, ...]:
    """What to mark beyond what is marked, in order: what is neither sold nor used, the Super
    Reductions, the Special Reserve.
    """
    surplus = max(Fraction(0), figures.gross)
    if not terms.may_sell:
        return (_mark(Restriction.NO_COMPLIANCE, surplus, 0, carrying=Restriction.NO_SALE),)
    barred, beyond, reserved = before
    not_established = surplus - figures.recognised_surplus - figures.super_reductions
    return (
        _mark(_NOT_ESTABLISHED, not_established, barred),
        _mark(Restriction.SUPER_REDUCTION, figures.super_reductions, beyond),
        _mark(Restriction.SPECIAL_RESERVE, figures.special_reserve or Fraction(0), reserved),
    )


def _mark(
    restriction: int, tonnes: Fraction, before: int, carrying: int = Restriction.NONE
) -> Mark:
    return Mark(
        restriction=small_code(restriction),
        carrying=small_code(carrying),
        left_tonnes=Tonnes(max(0, nearest_hundred(tonnes) - before)),
    )
