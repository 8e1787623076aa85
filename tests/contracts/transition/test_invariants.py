"""RB 4.3, 5.3: a change that doesn't conserve is our own mistake, and stops."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from cfi.contracts.state.changes import Changes, drop, moved, put, put_public
from cfi.contracts.state.moves import movement, supply_of, transfer
from cfi.contracts.state.rows.custody import (
    LOTS,
    PAGES,
    RETIRED,
    SUPPLY,
    FinalState,
    Lot,
    MovementKind,
    PageEntry,
    RetiredLot,
    RetirementReason,
    SerialPage,
)
from cfi.contracts.transition.invariants import conserves
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import Count, Serial, Tonnes, Year
from cfi.contracts.wire.refusal import InvariantBroken
from cfi.contracts.wire.text import AccountId
from tests.contracts.ledger import Ledger

ONE, TWO = AccountId("company-a/1"), AccountId("company-b/1")


@pytest.fixture
def lots(ledger: Ledger) -> tuple[Lot, Lot]:
    """1,000 t in `company-a/1` and 500 t in `company-b/1`."""
    ledger.given_lot(ONE, 1_000)
    ledger.given_lot(TWO, 500)
    return ledger.lots(ONE)[0], ledger.lots(TWO)[0]


def block(ledger: Ledger) -> BlockContext:
    return ledger.context("company-a", "company-a-user")


def entry(ledger: Ledger, lot: Lot, *, incoming: bool) -> Changes:
    """A movement of a lot into or out of `company-a/1`."""
    kind = MovementKind.TRANSFERRED
    return Changes.of(moved(ONE, movement(block(ledger), lot, kind, incoming=incoming, other=None)))


def page(first: int, last: int, state: FinalState) -> SerialPage:
    ended = PageEntry(
        first=Serial(first),
        last=Serial(last),
        state=state,
        reason=RetirementReason.VOLUNTARY,
        beneficiary=None,
    )
    return SerialPage(
        instrument=Instrument.XA, vintage=Year(2003), number=Count(0), entries=(ended,)
    )


def test_a_transfer_conserves(ledger: Ledger, lots: tuple[Lot, Lot]) -> None:
    conserves(ledger.overlay, transfer(block(ledger), lots[0], Tonnes(300), ONE, TWO))


def test_serials_that_lie_apart_move_together(ledger: Ledger, lots: tuple[Lot, Lot]) -> None:
    ledger.given_lot(ONE, 100)
    apart = ledger.lots(ONE)[1]
    assert apart.first == 1_501
    one = transfer(block(ledger), lots[0], Tonnes(1_000), ONE, TWO)
    other = transfer(block(ledger), apart, Tonnes(100), ONE, TWO)
    conserves(ledger.overlay, Changes.of(one, other))


def test_what_touches_no_lot_is_not_looked_at(ledger: Ledger) -> None:
    conserves(ledger.overlay, Changes())


def grown(ledger: Ledger, lot: Lot) -> Changes:
    return Changes.of(put(LOTS, ONE, replace(lot, tonnes=Tonnes(1_100))))


def dropped(ledger: Ledger, lot: Lot) -> Changes:
    return Changes.of(drop(LOTS, ONE, lot))


def moved_only_on_paper(ledger: Ledger, lot: Lot) -> Changes:
    return Changes.of(put(LOTS, ONE, lot), entry(ledger, lot, incoming=True))


def only_told(ledger: Ledger, lot: Lot) -> Changes:
    return entry(ledger, lot, incoming=True)


def out_of_nothing(ledger: Ledger, lot: Lot) -> Changes:
    new = replace(lot, first=Serial(5_001), tonnes=Tonnes(100))
    return Changes.of(put(LOTS, ONE, new), entry(ledger, new, incoming=True))


def into_nothing(ledger: Ledger, lot: Lot) -> Changes:
    return Changes.of(drop(LOTS, ONE, lot), entry(ledger, lot, incoming=False))


def twice(ledger: Ledger, lot: Lot) -> Changes:
    first = transfer(block(ledger), lot, Tonnes(1_000), ONE, TWO)
    again = replace(lot, first=Serial(901), tonnes=Tonnes(100))
    return Changes.of(first, put(LOTS, ONE, again), entry(ledger, again, incoming=True))


def twice_by_one_serial(ledger: Ledger, lot: Lot) -> Changes:
    first = transfer(block(ledger), lot, Tonnes(1_000), ONE, TWO)
    again = replace(lot, first=Serial(1_000), tonnes=Tonnes(1))
    return Changes.of(first, put(LOTS, ONE, again), entry(ledger, again, incoming=True))


def other_serials(ledger: Ledger, lot: Lot) -> Changes:
    other = replace(lot, first=Serial(9_001))
    return Changes.of(drop(LOTS, ONE, lot), put(LOTS, ONE, other))


def other_vintage(ledger: Ledger, lot: Lot) -> Changes:
    return Changes.of(put(LOTS, ONE, replace(lot, vintage=Year(2004))), drop(LOTS, ONE, lot))


def issued_to_nobody(ledger: Ledger, lot: Lot) -> Changes:
    supply = supply_of(ledger.state, lot.instrument, lot.vintage)
    return Changes.of(put_public(SUPPLY, replace(supply, issued=Tonnes(supply.issued + 100))))


def issuance_undone(ledger: Ledger, lot: Lot) -> Changes:
    supply = supply_of(ledger.state, lot.instrument, lot.vintage)
    return Changes.of(put_public(SUPPLY, replace(supply, issued=Tonnes(supply.issued - 100))))


def cancelled_and_still_held(ledger: Ledger, lot: Lot) -> Changes:
    return Changes.of(put_public(PAGES, page(1, 100, FinalState.CANCELLED)))


BREACHES = [
    ("a lot grows", grown, "differ"),
    ("a lot vanishes", dropped, "differ"),
    ("a statement tells of what didn't happen", moved_only_on_paper, "differ"),
    ("a statement tells of a lot that nobody touched", only_told, "differ"),
    ("tonnes come out of nothing", out_of_nothing, "differ"),
    ("tonnes go into nothing", into_nothing, "differ"),
    ("a serial is in two accounts", twice, "two places"),
    ("one serial is in two accounts", twice_by_one_serial, "two places"),
    ("serials are exchanged for others", other_serials, "differ"),
    ("one vintage becomes another", other_vintage, "differ"),
    ("an issuance reaches nobody", issued_to_nobody, "differ"),
    ("an issuance is undone", issuance_undone, "undone"),
    ("what was cancelled is still held", cancelled_and_still_held, "differ"),
]


@pytest.mark.parametrize(("sentence", "breach", "says"), BREACHES)
def test_a_breach_stops(
    ledger: Ledger,
    lots: tuple[Lot, Lot],
    sentence: str,
    breach: Callable[[Ledger, Lot], Changes],
    says: str,
) -> None:
    with pytest.raises(InvariantBroken, match=says):
        conserves(ledger.overlay, breach(ledger, lots[0]))


class TestWhereSerialsRest:
    def test_cancelled_serials_rest_on_their_page(
        self, ledger: Ledger, lots: tuple[Lot, Lot]
    ) -> None:
        """The whole lot is cancelled: it leaves the account and rests on its page."""
        lot = lots[0]
        cancelled = put_public(PAGES, page(1, 1_000, FinalState.CANCELLED))
        conserves(ledger.overlay, Changes.of(into_nothing(ledger, lot), cancelled))

    def test_what_rests_stays(self, ledger: Ledger, lots: tuple[Lot, Lot]) -> None:
        ledger.given(put_public(PAGES, page(1, 100, FinalState.CANCELLED)))
        with pytest.raises(InvariantBroken, match="differ"):
            conserves(
                ledger.overlay,
                Changes.of(put_public(PAGES, page(1, 50, FinalState.CANCELLED))),
            )

    def test_retired_serials_are_in_a_retirement_account(
        self, ledger: Ledger, lots: tuple[Lot, Lot]
    ) -> None:
        lot = lots[0]
        retired = RetiredLot(
            instrument=lot.instrument,
            vintage=lot.vintage,
            first=lot.first,
            tonnes=lot.tonnes,
            origin=lot.origin,
            origin_id=lot.origin_id,
            reason=RetirementReason.VOLUNTARY,
            compliance_year=None,
            beneficiary=None,
            at=ledger.now,
        )
        shown = put_public(PAGES, page(1, 1_000, FinalState.RETIRED))
        conserves(
            ledger.overlay, Changes.of(drop(LOTS, ONE, lot), put(RETIRED, ONE, retired), shown)
        )

    def test_an_issuance_is_a_source(self, ledger: Ledger, lots: tuple[Lot, Lot]) -> None:
        supply = supply_of(ledger.state, Instrument.XA, Year(2003))
        more = put_public(SUPPLY, replace(supply, issued=Tonnes(supply.issued + 100)))
        new = replace(lots[0], first=Serial(supply.issued + 1), tonnes=Tonnes(100))
        conserves(
            ledger.overlay,
            Changes.of(put(LOTS, ONE, new), entry(ledger, new, incoming=True), more),
        )

    def test_other_counts_of_the_supply_are_free(
        self, ledger: Ledger, lots: tuple[Lot, Lot]
    ) -> None:
        supply = supply_of(ledger.state, Instrument.XA, Year(2003))
        conserves(
            ledger.overlay, Changes.of(put_public(SUPPLY, replace(supply, retired=Tonnes(100))))
        )
