"""RB 4.11.4, 12.4: nothing escapes between two pieces of a close or a settlement.

Of 400,000 t that are left of 2003, 100,000 t become Super Reductions, 175,000 t Special Reserve.
"""

from dataclasses import replace

import pytest

from cfi.contracts.due.true_up.settlement import settle_holder
from cfi.contracts.state.changes import put
from cfi.contracts.state.rows.true_up import OBLIGATIONS, Progress, Work
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import Instant, Tonnes
from cfi.contracts.wire.text import AccountId
from tests.contracts.due.true_up.at_close import (
    LEFT,
    A,
    before_the_close,
    closed_as,
    closed_piece,
    done_piece,
    given_surplus,
    marked,
    moved,
)
from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import DAY, given_offer, offer
from tests.contracts.true_up import TrueUpLedger


class TestBetweenTwoPieces:
    """Company A's 400,000 t of 2003 are two lots, of which the second is marked."""

    @pytest.fixture
    def half(self, true_up: TrueUpLedger, monkeypatch: pytest.MonkeyPatch) -> Progress:
        monkeypatch.setattr("cfi.contracts.due.true_up.pieces.MAX_LOTS_PER_PIECE", 1)
        ledger, lot_id = true_up.ledger, given_surplus(true_up)
        before_the_close(true_up)
        ledger.given_account(A)
        assert ledger.when(moved(lot_id, 100_000)).done
        so_far = closed_piece(ledger, None)
        assert so_far is not None
        assert closed_as(true_up) == (0, 100_000, 0)
        return so_far

    def test_nothing_moves_behind_the_marks_or_out_of_their_reach(
        self, true_up: TrueUpLedger, half: Progress
    ) -> None:
        ledger = true_up.ledger
        (left,) = ledger.lots("company-a/1")
        gone = offer(lot_id=left.lot_id, expires_at=Instant(ledger.now + DAY))
        before = ledger.tables()
        for act in (moved(left.lot_id, 300_000), gone):
            ledger.when(act)
            ledger.refused("TRUE_UP_RUNNING", "RB 4.11.4", {"lot_id": left.lot_id})
        assert ledger.tables() == before
        self.finish(ledger, half)
        assert closed_as(true_up) == (125_000, 100_000, 175_000)
        assert marked(true_up) == (125_000, 0, 175_000)
        ledger.when(moved(left.lot_id, 100))
        ledger.done()

    def test_other_vintages_and_types_do(self, true_up: TrueUpLedger, half: Progress) -> None:
        assert half.marking
        for vintage, instrument in ((2004, Instrument.XA), (2003, Instrument.XMO)):
            lot_id = true_up.ledger.given_lot("company-a/1", 300, vintage, instrument)
            true_up.ledger.when(moved(lot_id, 100))
            true_up.ledger.done()

    def finish(self, ledger: Ledger, so_far: Progress | None) -> None:
        while so_far is not None:
            ledger.pass_time()
            so_far = closed_piece(ledger, so_far)


def test_what_is_offered_while_the_rest_is_taken_is_marked(
    true_up: TrueUpLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Member is short, and surrenders lot by lot: what it then offers ends before the marks."""
    ledger, lot_id = true_up.ledger, given_surplus(true_up)
    before_the_close(true_up)
    ledger.given_account(A)
    assert ledger.when(moved(lot_id, LEFT - 100)).done
    owing = replace(true_up.obligation(A, 2003), carried_tonnes=Tonnes(1_000))
    ledger.given(put(OBLIGATIONS, A, owing))
    monkeypatch.setattr("cfi.contracts.due.true_up.pieces.MAX_LOTS_PER_PIECE", 1)
    so_far = closed_piece(ledger, None)
    assert so_far is not None and not so_far.marking
    (left,) = ledger.lots("company-a/3")
    offer_id = given_offer(
        ledger,
        account_id=AccountId("company-a/3"),
        lot_id=left.lot_id,
        tonnes=Tonnes(left.tonnes),
        expires_at=Instant(ledger.now + DAY),
    )
    while so_far is not None:
        ledger.pass_time()
        so_far = closed_piece(ledger, so_far)
    assert ledger.state.offers.of(A).get(offer_id) is None
    assert closed_as(true_up) == (124_900, 100_000, 175_000)


class TestAParticipantsSettlement:
    """RB 12.4: all that an Exchange Participant holds is retired."""

    def test_nothing_stays_that_is_moved_behind_it(
        self, true_up: TrueUpLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cfi.contracts.due.true_up.pieces.MAX_LOTS_PER_PIECE", 1)
        ledger = true_up.ledger
        ledger.given_holder("fund", HolderClass.EXCHANGE_PARTICIPANT)
        ledger.given_account("fund")
        ledger.given_lot("fund/1", 100)
        ledger.given_lot("fund/3", 100)
        last = ledger.given_lot("fund/3", 300)
        so_far = self.settled(ledger, self.settled(ledger, None))
        assert so_far is not None and so_far.place is not None
        assert so_far.place.account == 3
        behind = replace(moved(last, 200), source=AccountId("fund/3"), target=AccountId("fund/1"))
        ledger.when(behind, "fund")
        ledger.done()
        pieces = 2
        while so_far is not None:
            ledger.pass_time()
            so_far, pieces = self.settled(ledger, so_far), pieces + 1
        assert ledger.lots("fund/1") == ledger.lots("fund/3") == []
        assert pieces == 7, "two more passes: one finds what was moved, one nothing"

    def settled(self, ledger: Ledger, so_far: Progress | None) -> Progress | None:
        """One piece of the fund's settlement; how far it came."""
        return done_piece(ledger, "fund", Work.SETTLEMENT, settle_holder, so_far)
