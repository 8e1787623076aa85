"""RB 5.3.1, 5.4.3: the public pages of serials whose life has ended."""

from dataclasses import replace

import pytest

from cfi.contracts.state.changes import Changes
from cfi.contracts.state.pages import final_pages
from cfi.contracts.state.rows.custody import FinalState, Lot, RetirementReason
from cfi.contracts.wire.quantities import Serial, Tonnes
from cfi.contracts.wire.refusal import InvariantBroken
from cfi.contracts.wire.text import Text
from tests.contracts.ledger import Ledger

VOLUNTARY = RetirementReason.VOLUNTARY


@pytest.fixture
def lot(ledger: Ledger) -> Lot:
    """A lot of 30,000 t."""
    ledger.given_lot("company-a/1", 30_000)
    return ledger.lots("company-a/1")[0]


def part(lot: Lot, first: int, last: int) -> Lot:
    return replace(lot, first=Serial(first), tonnes=Tonnes(last - first + 1))


def end(
    ledger: Ledger,
    lot: Lot,
    reason: RetirementReason = VOLUNTARY,
    beneficiary: str | None = None,
) -> Changes:
    """End a lot's serials on the pages."""
    named = None if beneficiary is None else Text(beneficiary)
    changes = final_pages(ledger.state, [lot], FinalState.RETIRED, reason, named)
    ledger.given(changes)
    return changes


def shown(ledger: Ledger) -> list[tuple[int, list[tuple[int, int]]]]:
    """Each page's number and ranges."""
    return [
        (page.number, [(entry.first, entry.last) for entry in page.entries])
        for page in ledger.state.pages.all()
    ]


def test_a_range_is_cut_at_page_ends(ledger: Ledger, lot: Lot) -> None:
    end(ledger, part(lot, 9_901, 20_100))
    assert shown(ledger) == [
        (0, [(9_901, 10_000)]),
        (1, [(10_001, 20_000)]),
        (2, [(20_001, 20_100)]),
    ]


def test_a_page_is_full_at_ten_thousand(ledger: Ledger, lot: Lot) -> None:
    end(ledger, part(lot, 1, 10_000))
    assert shown(ledger) == [(0, [(1, 10_000)])]


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (1, 3, 2), (2, 1, 3)])
def test_neighbours_of_one_fate_are_joined_in_any_order(
    ledger: Ledger, lot: Lot, order: tuple[int, ...]
) -> None:
    for number in order:
        end(ledger, part(lot, number * 100 + 1, number * 100 + 100))
    assert shown(ledger) == [(0, [(101, 400)])]


def test_neighbours_of_another_reason_stay_apart(ledger: Ledger, lot: Lot) -> None:
    end(ledger, part(lot, 101, 200))
    end(ledger, part(lot, 201, 300), RetirementReason.DONATION)
    assert shown(ledger) == [(0, [(101, 200), (201, 300)])]


def test_neighbours_for_another_stay_apart(ledger: Ledger, lot: Lot) -> None:
    end(ledger, part(lot, 101, 200))
    end(ledger, part(lot, 201, 300), beneficiary="The town library")
    assert shown(ledger) == [(0, [(101, 200), (201, 300)])]


def test_what_lies_apart_stays_apart(ledger: Ledger, lot: Lot) -> None:
    end(ledger, part(lot, 301, 400))
    end(ledger, part(lot, 101, 200))
    assert shown(ledger) == [(0, [(101, 200), (301, 400)])]


def test_the_same_tonnes_of_another_vintage_have_pages_of_their_own(
    ledger: Ledger, lot: Lot
) -> None:
    ledger.given_lot("company-a/1", 1_000, 2004)
    end(ledger, part(lot, 1, 100))
    end(ledger, part(ledger.lots("company-a/1")[1], 1, 100))
    assert [page.vintage for page in ledger.state.pages.all()] == [2003, 2004]


@pytest.mark.parametrize(("first", "last"), [(101, 200), (150, 160), (1, 101), (200, 300)])
def test_a_serial_ends_once(ledger: Ledger, lot: Lot, first: int, last: int) -> None:
    end(ledger, part(lot, 101, 200))
    with pytest.raises(InvariantBroken, match="a serial ends twice"):
        end(ledger, part(lot, first, last))


def test_nothing_else_is_written(ledger: Ledger, lot: Lot) -> None:
    assert len(end(ledger, part(lot, 1, 100)).operations) == 1


@pytest.mark.parametrize(
    ("first", "last", "units"),
    [(1, 100, 0), (1, 20_000, 1), (9_901, 30_000, 1)],
)
def test_each_page_and_each_of_its_ranges_is_work(
    ledger: Ledger, lot: Lot, first: int, last: int, units: int
) -> None:
    assert end(ledger, part(lot, first, last)).gas == units


def test_ranges_that_stood_there_before_are_work_again(ledger: Ledger, lot: Lot) -> None:
    costs = [
        end(ledger, part(lot, 200 * number + 1, 200 * number + 100)).gas for number in range(15)
    ]
    assert costs == [0] * 4 + [1] * 10 + [2]
