"""RB 4.7, 4.11.2, 4.11.4, 4.13: a transfer that waits hides nothing from the close of a year.

The Member of appendix 4.3, with 400,000 t left of 2003: 100,000 t become Super Reductions, 175,000 t
Special Reserve, 125,000 t are banked.
"""

from collections.abc import Callable

import pytest

from cfi.contracts.state.compliance import may_sell
from cfi.contracts.state.rows.custody import Restriction
from cfi.contracts.state.rows.membership import HolderStatus
from cfi.contracts.state.rows.true_up import (
    ComplianceStatus,
    Stage,
)
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.messages.custody.cancel_delayed_transfer import CancelDelayedTransfer
from cfi.contracts.wire.messages.custody.stop_transfer import StopTransfer
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import Text
from tests.contracts.due.true_up.at_close import (
    FREE,
    LEFT,
    A,
    before_the_close,
    closed_as,
    given_surplus,
    marked,
    moved,
    sold,
)
from tests.contracts.ledger import EXCHANGE
from tests.contracts.rules.custody.market import (
    DAY,
    donation,
    given_protection,
    given_standing,
    given_status,
    told,
    unlocked,
)
from tests.contracts.true_up import TrueUpLedger


class TestADonation:
    @pytest.fixture
    def given(self, true_up: TrueUpLedger) -> TrueUpLedger:
        """All that is left is to be given away on the day before the close."""
        true_up.ledger.given_holder("charity", not_for_profit=True)
        lot_id = given_surplus(true_up)
        before_the_close(true_up)
        assert true_up.ledger.when(donation(lot_id=lot_id, tonnes=Tonnes(LEFT))).done
        true_up.reaches(2003, Stage.CLOSED)
        return true_up

    def test_it_ends_and_both_are_told(self, given: TrueUpLedger) -> None:
        assert unlocked(given.ledger, "company-a/1")
        assert told(given.ledger, A) == [("YEAR_CLOSED", "charity")]
        assert told(given.ledger, "charity") == [("YEAR_CLOSED", A)]
        assert given.ledger.state.deliveries.of(A).keys() == []

    def test_what_was_to_be_given_is_marked_like_the_rest(self, given: TrueUpLedger) -> None:
        assert marked(given) == closed_as(given) == (125_000, 100_000, 175_000)

    def test_one_of_a_later_vintage_waits_on(self, true_up: TrueUpLedger) -> None:
        ledger = true_up.ledger
        ledger.given_holder("charity", not_for_profit=True)
        given_surplus(true_up)
        before_the_close(true_up)
        later = ledger.given_lot("company-a/1", 300, 2005)
        assert ledger.when(donation(lot_id=later)).done
        true_up.reaches(2003, Stage.CLOSED)
        assert not unlocked(ledger, "company-a/1")


Return = Callable[[TrueUpLedger, Hash], None]


def cancelled(true_up: TrueUpLedger, delivery_id: Hash) -> None:
    true_up.ledger.when(CancelDelayedTransfer(delivery_id=delivery_id))
    true_up.ledger.done()


def stopped(true_up: TrueUpLedger, delivery_id: Hash) -> None:
    reason = Text("a stolen key")
    true_up.ledger.when(StopTransfer(sender=A, delivery_id=delivery_id, reason=reason), EXCHANGE)
    true_up.ledger.done()


def undeliverable(true_up: TrueUpLedger, _: Hash) -> None:
    given_status(true_up.ledger, "company-b", HolderStatus.SUSPENDED)
    true_up.ledger.pass_time(30 * DAY)


class TestAnAcceptedTrade:
    @pytest.mark.parametrize("returned", [cancelled, stopped, undeliverable])
    def test_what_comes_back_is_marked_as_if_it_had_been_there(
        self, true_up: TrueUpLedger, returned: Return
    ) -> None:
        lot_id = given_surplus(true_up)
        before_the_close(true_up)
        delivery_id = sold(true_up.ledger, lot_id)
        true_up.reaches(2003, Stage.CLOSED)
        assert closed_as(true_up) == (0, 0, 0)
        returned(true_up, delivery_id)
        assert unlocked(true_up.ledger, "company-a/1")
        assert marked(true_up) == closed_as(true_up) == (125_000, 100_000, 175_000)

    def test_only_what_was_missing_is_marked(self, true_up: TrueUpLedger) -> None:
        lot_id = given_surplus(true_up)
        before_the_close(true_up)
        delivery_id = sold(true_up.ledger, lot_id, 150_000)
        true_up.reaches(2003, Stage.CLOSED)
        assert closed_as(true_up) == (0, 100_000, 150_000)
        cancelled(true_up, delivery_id)
        assert marked(true_up) == closed_as(true_up) == (125_000, 100_000, 175_000)

    def test_trades_that_come_back_one_by_one_add_up(self, true_up: TrueUpLedger) -> None:
        lot_id = given_surplus(true_up)
        before_the_close(true_up)
        parts = [sold(true_up.ledger, lot_id, tonnes) for tonnes in (300_000, 50_000)]
        rest = sold(true_up.ledger, lot_id, 50_000)
        true_up.reaches(2003, Stage.CLOSED)
        for delivery_id in (rest, *parts):
            cancelled(true_up, delivery_id)
        assert marked(true_up) == closed_as(true_up) == (125_000, 100_000, 175_000)

    def test_what_is_delivered_carries_no_mark(self, true_up: TrueUpLedger) -> None:
        ledger, lot_id = true_up.ledger, given_surplus(true_up)
        before_the_close(true_up)
        sold(ledger, lot_id)
        true_up.reaches(2003, Stage.CLOSED)
        ledger.pass_time(30 * DAY)
        (delivered,) = ledger.lots("company-b/1")
        assert (delivered.tonnes, delivered.restrictions) == (LEFT, FREE)

    def test_a_trade_made_after_the_close_comes_back_as_it_went(
        self, true_up: TrueUpLedger
    ) -> None:
        ledger, lot_id = true_up.ledger, given_surplus(true_up)
        before_the_close(true_up)
        sold(ledger, lot_id, 150_000)
        true_up.reaches(2003, Stage.CLOSED)
        bought = ledger.given_lot("company-a/1", 1_000, 2003)
        cancelled(true_up, sold(ledger, bought, 1_000))
        (back,) = (lot for lot in ledger.lots("company-a/1") if lot.lot_id == bought)
        assert (back.tonnes, back.restrictions) == (1_000, FREE)

    def test_what_comes_back_of_another_vintage_isn_t_marked(self, true_up: TrueUpLedger) -> None:
        ledger, lot_id = true_up.ledger, given_surplus(true_up)
        before_the_close(true_up)
        later = ledger.given_lot("company-a/1", 300, 2005)
        sold(ledger, lot_id)
        delivery_id = sold(ledger, later, 300)
        true_up.reaches(2003, Stage.CLOSED)
        cancelled(true_up, delivery_id)
        (back,) = (lot for lot in ledger.lots("company-a/1") if lot.vintage == 2005)
        assert back.restrictions == FREE

    def test_offsets_come_back_as_they_went(self, true_up: TrueUpLedger) -> None:
        ledger = true_up.ledger
        given_surplus(true_up)
        before_the_close(true_up)
        offsets = ledger.given_lot("company-a/1", 300, 2003, Instrument.XSO)
        delivery_id = sold(ledger, offsets, 300)
        true_up.reaches(2003, Stage.CLOSED)
        cancelled(true_up, delivery_id)
        (back,) = (lot for lot in ledger.lots("company-a/1") if lot.instrument is Instrument.XSO)
        assert (back.locked, back.restrictions) == (False, FREE)


class TestAMemberThatIsShort:
    """Company A owes 100,000 t, and all that it has is on its way to others when the year closes."""

    @pytest.fixture
    def short(self, true_up: TrueUpLedger) -> TrueUpLedger:
        ledger = true_up.ledger
        true_up.member(A, 100_000)
        true_up.emitted(A, 2003, 100_000)
        true_up.reaches(2003, Stage.CURE)
        ledger.given_holder("charity", not_for_profit=True)
        given_standing(ledger, A, "company-b", until=ledger.now + 360 * DAY)
        given_protection(ledger, A, delay=30 * DAY)
        before_the_close(true_up)
        return true_up

    def test_what_was_to_be_given_is_surrendered_at_the_close(self, short: TrueUpLedger) -> None:
        lot_id = short.ledger.given_lot("company-a/1", 150_000, 2003)
        gift = donation(lot_id=lot_id, tonnes=Tonnes(150_000))
        assert short.ledger.when(gift).done
        short.reaches(2003, Stage.CLOSED)
        obligation = short.obligation(A, 2003)
        assert (obligation.short_tonnes, short.ledger.tonnes("company-a/1")) == (0, 50_000)
        assert obligation.status is ComplianceStatus.IN_COMPLIANCE

    def test_what_comes_back_is_surrendered_and_the_rest_stays(self, short: TrueUpLedger) -> None:
        ledger = short.ledger
        delivery_id = sold(ledger, ledger.given_lot("company-a/1", 150_000, 2003), 150_000)
        short.reaches(2003, Stage.CLOSED)
        assert not may_sell(ledger.state, A)
        cancelled(short, delivery_id)
        obligation = short.obligation(A, 2003)
        assert (obligation.short_tonnes, ledger.tonnes("company-a/1")) == (0, 50_000)
        assert obligation.status is ComplianceStatus.OUT_OF_COMPLIANCE
        assert may_sell(ledger.state, A)

    def test_all_of_it_where_more_is_owed(self, short: TrueUpLedger) -> None:
        ledger = short.ledger
        delivery_id = sold(ledger, ledger.given_lot("company-a/1", 40_000, 2003), 40_000)
        short.reaches(2003, Stage.CLOSED)
        cancelled(short, delivery_id)
        assert short.obligation(A, 2003).short_tonnes == 60_000
        assert ledger.lots("company-a/1") == []

    def test_no_more_than_may_be_ended_at_once(
        self, short: TrueUpLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cfi.contracts.state.retiring.MAX_TONNES_ENDED_AT_ONCE", 30_000)
        ledger = short.ledger
        delivery_id = sold(ledger, ledger.given_lot("company-a/1", 40_000, 2003), 40_000)
        short.reaches(2003, Stage.CLOSED)
        cancelled(short, delivery_id)
        assert short.obligation(A, 2003).short_tonnes == 70_000
        assert ledger.tonnes("company-a/1") == 10_000

    def test_a_later_vintage_pays_for_no_earlier_year(self, short: TrueUpLedger) -> None:
        ledger = short.ledger
        delivery_id = sold(ledger, ledger.given_lot("company-a/1", 40_000, 2004), 40_000)
        short.reaches(2003, Stage.CLOSED)
        cancelled(short, delivery_id)
        assert short.obligation(A, 2003).short_tonnes == 100_000

    def test_a_full_retirement_account_takes_nothing(
        self, short: TrueUpLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ledger = short.ledger
        delivery_id = sold(ledger, ledger.given_lot("company-a/1", 40_000, 2003), 40_000)
        short.reaches(2003, Stage.CLOSED)
        monkeypatch.setattr("cfi.contracts.state.view.StateView.has_room", lambda *_: False)
        cancelled(short, delivery_id)
        assert short.obligation(A, 2003).short_tonnes == 100_000
        assert ledger.tonnes("company-a/1") == 40_000

    def test_the_earlier_year_comes_first(self, short: TrueUpLedger) -> None:
        ledger = short.ledger
        delivery_id = sold(ledger, ledger.given_lot("company-a/1", 40_000, 2003), 40_000)
        given_status(ledger, A, HolderStatus.SUSPENDED)
        for year in (2003, 2004):
            short.reaches(year, Stage.CLOSED)
        owed = short.obligation(A, 2004).short_tonnes
        stopped(short, delivery_id)
        assert short.obligation(A, 2003).short_tonnes == 60_000
        assert short.obligation(A, 2004).short_tonnes == owed


@pytest.mark.parametrize("lots", [1, 2, 100])
def test_a_close_of_several_pieces_keeps_what_it_did_not_find_too(
    true_up: TrueUpLedger, monkeypatch: pytest.MonkeyPatch, lots: int
) -> None:
    monkeypatch.setattr("cfi.contracts.due.true_up.pieces.MAX_LOTS_PER_PIECE", lots)
    ledger, lot_id = true_up.ledger, given_surplus(true_up)
    before_the_close(true_up)
    parts = [sold(ledger, lot_id, tonnes) for tonnes in (200_000, 50_000)]
    ledger.given_account(A)
    for _ in range(2):
        ledger.when(moved(lot_id, 50_000))
        ledger.done()
    true_up.reaches(2003, Stage.CLOSED)
    assert closed_as(true_up) == (0, 100_000, 50_000)
    for delivery_id in parts:
        cancelled(true_up, delivery_id)
    assert closed_as(true_up) == (125_000, 100_000, 175_000)
    marks = [(lot.tonnes, int(lot.restrictions)) for lot in ledger.lots("company-a/3")]
    assert marks == [(50_000, int(Restriction.SUPER_REDUCTION))] * 2
