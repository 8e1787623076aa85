"""Public serial pages: what became of the serials of one type and vintage, 10,000 t to a page.  (RB
5.3.1, 5.4.3)
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from cfi.contracts.state.changes import Changes, PutPublic, put_public
from cfi.contracts.state.rows.custody import (
    PAGES,
    FinalState,
    Lot,
    PageEntry,
    RetirementReason,
    SerialPage,
)
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.limits import MAX_BENEFICIARY_BYTES, MAX_TONNES_ENDED_AT_ONCE, PAGE_TONNES
from cfi.contracts.wire.quantities import Count, Serial, Tonnes, Year
from cfi.contracts.wire.refusal import InvariantBroken, Refusal, require
from cfi.contracts.wire.text import Text

_ENTRIES_PER_WORK_UNIT: Final = 10
_ENTRIES_OF_A_PAGES_WORK: Final = 5
"""A page is as much work as so many of its entries."""
_Added = dict[tuple[Instrument, Year, int], list[PageEntry]]
"""Entries by the type, vintage and number of their page."""


def final_pages(
    state: StateView,
    ended: Iterable[Lot],
    how: FinalState,
    reason: RetirementReason,
    beneficiary: Text | None,
) -> Changes:
    """Write the serials of lots on their pages as ended, each page once."""
    added: _Added = {}
    for lot in ended:
        first = lot.first
        while first <= lot.last:
            number = (first - 1) // PAGE_TONNES
            last = Serial(min(lot.last, (number + 1) * PAGE_TONNES))
            entry = PageEntry(
                first=first, last=last, state=how, reason=reason, beneficiary=beneficiary
            )
            added.setdefault((lot.instrument, lot.vintage, number), []).append(entry)
            first = Serial(last + 1)
    pages = [
        put_public(PAGES, _page_with(_page(state, *where), entries))
        for where, entries in sorted(added.items())
    ]
    return Changes.of(*pages).costing(_work(pages))


def may_end_at_once(tonnes: Tonnes, beneficiary: Text | None) -> None:
    """Refuse one act that would write more pages, or a longer public text, than it may."""
    require(
        tonnes <= MAX_TONNES_ENDED_AT_ONCE,
        Refusal.OUT_OF_RANGE,
        "ours",
        field="tonnes",
        most=MAX_TONNES_ENDED_AT_ONCE,
    )
    require(
        beneficiary is None or len(beneficiary.encode()) <= MAX_BENEFICIARY_BYTES,
        Refusal.OUT_OF_RANGE,
        "ours",
        field="beneficiary",
        most=MAX_BENEFICIARY_BYTES,
    )


def _work(pages: Sequence[PutPublic]) -> int:
    """Work units: a page is written with all its entries."""
    entries = sum(len(page.row.entries) for page in pages)
    return (_ENTRIES_OF_A_PAGES_WORK * len(pages) + entries) // _ENTRIES_PER_WORK_UNIT


def _page(state: StateView, instrument: Instrument, vintage: Year, number: int) -> SerialPage:
    found = state.pages.get(number_key(instrument, vintage, number))
    return found or SerialPage(
        instrument=instrument, vintage=vintage, number=Count(number), entries=()
    )


def _page_with(page: SerialPage, added: list[PageEntry]) -> SerialPage:
    """The page with some entries more, neighbours of the same fate joined."""
    entries: list[PageEntry] = []
    for each in sorted((*page.entries, *added), key=lambda one: one.first):
        before = entries[-1] if entries else None
        if before is not None and each.first <= before.last:
            raise InvariantBroken("a serial ends twice")
        if before is not None and _joins(before, each):
            entries[-1] = replace(before, last=each.last)
        else:
            entries.append(each)
    return replace(page, entries=tuple(entries))


def _joins(before: PageEntry, after: PageEntry) -> bool:
    return (
        before.last + 1 == after.first
        and before.state is after.state
        and before.reason is after.reason
        and before.beneficiary == after.beneficiary
    )
