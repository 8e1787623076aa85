"""What becomes of a vintage's allowances when its year closes: banked, or marked.  (RB 4.11.2,
4.11.4, 2.7.1)
"""

from dataclasses import replace
from fractions import Fraction
from typing import Final

from cfi.contracts.figures import schedule
from cfi.contracts.figures.limits import ProgrammeWide, sales_limit
from cfi.contracts.figures.position import Position, YearFacts, YearTerms, capped, position
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.draft import Draft
from cfi.contracts.state.moves import split
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.baseline import Baseline
from cfi.contracts.state.rows.custody import LOTS, Restriction
from cfi.contracts.state.rows.trades import SalesTally
from cfi.contracts.state.rows.true_up import CLOSINGS, Closing, Obligation
from cfi.contracts.state.surrender import Held, held_lots
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import (
    TONNES_PER_CFI,
    Tonnes,
    Year,
    nearest_hundred,
    small_code,
)
from cfi.contracts.wire.text import HolderId

_MARKS: Final = (
    Restriction.SUPER_REDUCTION | Restriction.NO_SALE | Restriction.NO_COMPLIANCE,
    Restriction.SUPER_REDUCTION,
    Restriction.SPECIAL_RESERVE,
)
"""On reductions that only make good earlier emissions, on Super Reductions, and on the reserve."""


def close_vintage(state: StateView, holder_id: HolderId, obligation: Obligation) -> Changes:
    """Mark a Member's Super Reductions, Special Reserve and what it may not bank; the rest of the
    vintage is banked by staying where it is.
    """
    year = obligation.year
    tally = state.sales.of(holder_id).get(number_key(year)) or SalesTally(
        vintage=year, sold_tonnes=Tonnes(0), bought_tonnes=Tonnes(0)
    )
    terms = _terms(state, holder_id, year)
    figures = position(terms, _facts(state, holder_id, obligation, tally, terms))
    draft = Draft(state)
    barred, beyond, reserved = _marked(draft, holder_id, terms, figures)
    banked = sum(held.lot.tonnes for held in _markable(draft.state, holder_id, year))
    closing = Closing(
        year=year,
        surplus_tonnes=Tonnes(nearest_hundred(max(Fraction(0), figures.gross))),
        sold_tonnes=tally.sold_tonnes,
        bought_tonnes=tally.bought_tonnes,
        banked_tonnes=Tonnes(banked),
        special_reserve_tonnes=reserved,
        super_reduction_tonnes=beyond,
        barred_tonnes=barred,
        unmatched_excess_tonnes=Tonnes(nearest_hundred(figures.excess_after)),
    )
    return Changes.of(draft.changes, put(CLOSINGS, holder_id, closing))


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
    state: StateView,
    holder_id: HolderId,
    obligation: Obligation,
    tally: SalesTally,
    terms: YearTerms,
) -> YearFacts:
    """The year as it was; what was sold beyond the limits doesn't change what is left of them."""
    before = [row for row in state.closings.of(holder_id).all() if row.year < terms.year]
    facts = YearFacts(
        baseline=Fraction(obligation.baseline_tonnes),
        emissions=Fraction(obligation.emissions_tonnes),
        sales_limit=_sales_limit(state, terms.year),
        sold=Tonnes(0),
        net_purchases=Tonnes(max(0, tally.bought_tonnes - tally.sold_tonnes)),
        excess_before=Fraction(before[-1].unmatched_excess_tonnes if before else 0),
    )
    sold = max(0, tally.sold_tonnes - tally.bought_tonnes)
    sellable = position(terms, facts).sellable
    return replace(facts, sold=Tonnes(min(sold, sellable.numerator // sellable.denominator)))


def _sales_limit(state: StateView, year: Year) -> Fraction | None:
    bps = schedule.rate_of(terms_of(state).sales_limit, year)
    totals = state.programme_totals.get(b"totals")
    if bps is None or totals is None:
        return None
    emitted = state.programme_years.get(number_key(year))
    programme = ProgrammeWide(
        baseline_tonnes=totals.baseline_tonnes, highest_tonnes=totals.highest_baseline_tonnes
    )
    return sales_limit(bps, programme, None if emitted is None else emitted.emissions_tonnes)


def _baseline(state: StateView, holder_id: HolderId) -> Baseline:
    baseline = state.baselines.get(holder_id)
    assert baseline is not None, "an obligation rests on a baseline"
    return baseline


def _markable(
    state: StateView, holder_id: HolderId, year: Year, restrictions: int = Restriction.NONE
) -> list[Held]:
    """A holder's free allowances of a vintage that carry exactly these restrictions."""
    return [
        held
        for held in held_lots(state, holder_id)
        if held.lot.instrument is Instrument.XA
        and held.lot.vintage == year
        and held.lot.restrictions == restrictions
        and not held.lot.locked
    ]


def _mark(
    draft: Draft,
    holder_id: HolderId,
    year: Year,
    tonnes: int,
    restriction: int,
    carrying: int = Restriction.NONE,
) -> Tonnes:
    """Restrict that many tonnes, the highest serials first; how many there were."""
    left = tonnes
    for held in reversed(_markable(draft.state, holder_id, year, carrying)):
        part = min(left, held.lot.tonnes)
        part -= part % TONNES_PER_CFI
        if part == 0:
            continue
        head, tail = split(held.lot, Tonnes(part))
        marked = replace(tail, restrictions=small_code(tail.restrictions | restriction))
        lots = (marked,) if head is None else (head, marked)
        draft.add(Changes.of(*(put(LOTS, held.account_id, lot) for lot in lots)))
        left -= part
    return Tonnes(tonnes - left)


def _marked(
    draft: Draft, holder_id: HolderId, terms: YearTerms, figures: Position
) -> tuple[Tonnes, Tonnes, Tonnes]:
    """Mark what is neither sold nor used, the Super Reductions and the Special Reserve: the tonnes
    of each, with those that an earlier close of the year marked.
    """
    year, none = terms.year, Tonnes(0)
    surplus = max(Fraction(0), figures.gross)
    if not terms.may_sell:
        whole, bar = nearest_hundred(surplus), Restriction.NO_COMPLIANCE
        return _mark(draft, holder_id, year, whole, bar, Restriction.NO_SALE), none, none
    before = draft.state.closings.of(holder_id).get(number_key(year))
    marked = (none, none, none)
    if before is not None:
        marked = (
            before.barred_tonnes,
            before.super_reduction_tonnes,
            before.special_reserve_tonnes,
        )
    beyond, reserve = figures.super_reductions, figures.special_reserve or Fraction(0)
    due = (surplus - figures.recognised_surplus - beyond, beyond, reserve)
    barred, super_reduction, reserved = (
        Tonnes(done + _mark(draft, holder_id, year, max(0, nearest_hundred(all_) - done), bar))
        for done, all_, bar in zip(marked, due, _MARKS, strict=True)
    )
    return barred, super_reduction, reserved
