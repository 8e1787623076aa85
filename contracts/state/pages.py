"""Public serial pages: what became of the serials of one type and vintage, 10,000 t to a page.  (RB
5.3.1, 5.4.3)
"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put_public
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
from cfi.contracts.wire.limits import PAGE_TONNES
from cfi.contracts.wire.quantities import Count, Serial
from cfi.contracts.wire.refusal import InvariantBroken
from cfi.contracts.wire.text import Text


def final_pages(
    state: StateView,
    ended: Lot,
    how: FinalState,
    reason: RetirementReason,
    beneficiary: Text | None,
) -> Changes:
    """Write a lot's serials on their pages as ended."""
    pages = []
    first = ended.first
    while first <= ended.last:
        number = (first - 1) // PAGE_TONNES
        last = min(ended.last, (number + 1) * PAGE_TONNES)
        entry = PageEntry(
            first=first, last=Serial(last), state=how, reason=reason, beneficiary=beneficiary
        )
        pages.append(put_public(PAGES, _page_with(_page(state, ended, number), entry)))
        first = Serial(last + 1)
    return Changes.of(*pages)


def _page(state: StateView, lot: Lot, number: int) -> SerialPage:
    found = state.pages.get(number_key(lot.instrument, lot.vintage, number))
    return found or SerialPage(
        instrument=lot.instrument, vintage=lot.vintage, number=Count(number), entries=()
    )


def _page_with(page: SerialPage, entry: PageEntry) -> SerialPage:
    """The page with one entry more, neighbours of the same fate joined."""
    entries: list[PageEntry] = []
    for each in sorted((*page.entries, entry), key=lambda one: one.first):
        before = entries[-1] if entries else None
        if before is not None and each.first <= before.last:
            raise InvariantBroken("a serial ends twice")
        if (
            before is not None
            and replace(before, last=each.last) == replace(each, first=before.first)
            and before.last + 1 == each.first
        ):
            entries[-1] = replace(before, last=each.last)
        else:
            entries.append(each)
    return replace(page, entries=tuple(entries))
