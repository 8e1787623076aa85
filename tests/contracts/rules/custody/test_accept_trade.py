"""RB 4.4, 5.3.5, 5.8: the buyer's signature makes the trade."""

from dataclasses import replace
from operator import itemgetter
from typing import Any

import pytest

from cfi.contracts.state.changes import put
from cfi.contracts.state.rows.custody import LOTS, LockReason, Restriction
from cfi.contracts.state.rows.membership import HolderStatus
from cfi.contracts.state.rows.trades import SalesTally
from cfi.contracts.state.table import number_key
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import Instant, SmallCode, Tonnes, Year
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId, HolderId
from tests.contracts.ledger import NOW, Ledger
from tests.contracts.rules.custody.market import (
    DAY,
    NO_SUCH_ACT,
    acceptance,
    given_offer,
    given_protection,
    given_sale,
    given_standing,
    given_status,
    movements,
)


def tally(ledger: Ledger, holder_id: str, vintage: int = 2003) -> SalesTally | None:
    return ledger.state.sales.of(holder_id).get(number_key(vintage))


def marked(ledger: Ledger) -> None:
    """Make the lot under lock a Super Reduction."""
    lot = ledger.lots("company-a/1")[1]
    restrictions = SmallCode(int(Restriction.SUPER_REDUCTION))
    ledger.given(put(LOTS, "company-a/1", replace(lot, restrictions=restrictions)))


class TestADeliveryAtOnce:
    def test_the_lot_is_the_buyers(self, ledger: Ledger) -> None:
        given_sale(ledger)
        ledger.done(deliver_at=NOW)
        assert ledger.held("company-a/1") == ["XA-2003-0000000001-0000000700"]
        assert ledger.held("company-b/1") == ["XA-2003-0000000701-0000001000"]
        assert not ledger.lots("company-b/1")[0].locked

    def test_nothing_is_left_of_the_offer(self, ledger: Ledger) -> None:
        given_sale(ledger)
        assert ledger.state.offers.of("company-a").keys() == []
        assert ledger.state.incoming_offers.of("company-b").keys() == []
        assert ledger.state.deliveries.of("company-a").keys() == []

    def test_price_and_parties_are_in_both_statements(self, ledger: Ledger) -> None:
        offer_id = given_sale(ledger)
        sold, bought = movements(ledger, "company-a/1")[-1], movements(ledger, "company-b/1")[-1]
        assert (sold.kind.name, sold.other, sold.price, sold.incoming) == (
            "SOLD",
            "company-b",
            95,
            False,
        )
        assert (bought.kind.name, bought.other, bought.price, bought.incoming) == (
            "BOUGHT",
            "company-a",
            95,
            True,
        )
        assert sold.act_id == bought.act_id == offer_id


class TestWhatCountsAsASale:
    def test_both_tallies_count_and_add_up(self, ledger: Ledger) -> None:
        given_sale(ledger)
        given_sale(ledger, tonnes=Tonnes(200))
        assert tally(ledger, "company-a") == SalesTally(
            vintage=Year(2003), sold_tonnes=Tonnes(500), bought_tonnes=Tonnes(0)
        )
        assert tally(ledger, "company-b") == SalesTally(
            vintage=Year(2003), sold_tonnes=Tonnes(0), bought_tonnes=Tonnes(500)
        )

    def test_a_sale_to_an_exchange_participant_doesn_t_count(self, ledger: Ledger) -> None:
        ledger.given_holder("fund", HolderClass.EXCHANGE_PARTICIPANT)
        given_standing(ledger, "fund")
        offer_id = given_offer(ledger, buyer=HolderId("fund"))
        assert ledger.when(acceptance(ledger, offer_id, by="fund"), by="fund").done
        assert ledger.tonnes("fund/1") == 300
        assert tally(ledger, "company-a") is None
        assert tally(ledger, "fund") is None

    def test_a_sale_of_offsets_doesn_t_count(self, ledger: Ledger) -> None:
        lot_id = ledger.given_lot("company-a/1", 300, instrument=Instrument.XMO)
        given_sale(ledger, lot_id=lot_id)
        assert tally(ledger, "company-a") is None

    def test_what_became_a_super_reduction_before_its_delivery_doesn_t_count(
        self, ledger: Ledger
    ) -> None:
        given_protection(ledger, "company-a", delay=DAY)
        given_sale(ledger)
        marked(ledger)
        ledger.pass_time(DAY)
        assert ledger.tonnes("company-b/1") == 300
        assert tally(ledger, "company-a") is None


class TestADeliveryUnderProtection:
    def test_the_lot_waits_locked_as_sold(self, ledger: Ledger) -> None:
        given_protection(ledger, "company-a", delay=DAY)
        offer_id = given_sale(ledger)
        ledger.done(deliver_at=NOW + DAY)
        waiting = ledger.lots("company-a/1")[1]
        assert waiting.lock is not None
        assert (waiting.lock.reason, waiting.lock.act_id) == (LockReason.SOLD, offer_id)
        assert ledger.held("company-b/1") == []

    def test_it_is_delivered_when_the_delay_has_passed(self, ledger: Ledger) -> None:
        given_protection(ledger, "company-a", delay=DAY)
        given_sale(ledger)
        assert ledger.pass_time(DAY - 1) == 0
        assert ledger.pass_time(1) == 1
        assert ledger.tonnes("company-b/1") == 300
        assert tally(ledger, "company-b") is not None

    def test_without_a_second_person_it_waits_for_one(self, ledger: Ledger) -> None:
        given_protection(ledger, "company-a", second_approver=True)
        given_sale(ledger)
        ledger.pass_time(DAY)
        assert ledger.tonnes("company-b/1") == 0

    def test_the_buyers_protections_don_t_hold_up_what_it_buys(self, ledger: Ledger) -> None:
        given_protection(ledger, "company-b", delay=DAY, second_approver=True)
        given_sale(ledger)
        assert ledger.tonnes("company-b/1") == 300


REFUSALS: list[tuple[str, dict[str, Any], str, str, dict[str, Any]]] = [
    (
        "an offer that isn't there is unknown",
        {"offer_id": NO_SUCH_ACT},
        "UNKNOWN_OFFER",
        "RB 5.3.5",
        {"offer_id": NO_SUCH_ACT},
    ),
    (
        "another's account answers like none",
        {"target": AccountId("company-a/1")},
        "UNKNOWN_ACCOUNT",
        "RB 5.3.3",
        {"account_id": "company-a/1"},
    ),
    (
        "an account that isn't there is unknown",
        {"target": AccountId("company-b/9")},
        "UNKNOWN_ACCOUNT",
        "RB 5.3.3",
        {"account_id": "company-b/9"},
    ),
    (
        "nothing is bought into a retirement account",
        {"target": AccountId("company-b/2")},
        "UNKNOWN_ACCOUNT",
        "RB 5.3.3",
        {"account_id": "company-b/2"},
    ),
]


@pytest.mark.parametrize(
    ("sentence", "change", "code", "section", "facts"), REFUSALS, ids=map(itemgetter(0), REFUSALS)
)
def test_refusal(
    ledger: Ledger,
    sentence: str,
    change: dict[str, Any],
    code: str,
    section: str,
    facts: dict[str, Any],
) -> None:
    offer_id = given_offer(ledger)
    before = ledger.tables()
    ledger.when(acceptance(ledger, offer_id, **change), by="company-b")
    ledger.refused(code, section, facts)
    assert ledger.tables() == before, sentence


def refused_acceptance(
    ledger: Ledger, offer_id: Hash, code: str, section: str, facts: dict[str, Any]
) -> None:
    before = ledger.tables()
    ledger.when(acceptance(ledger, offer_id), by="company-b")
    ledger.refused(code, section, facts)
    assert ledger.tables() == before


def test_other_terms_are_refused(ledger: Ledger) -> None:
    offer_id = given_offer(ledger)
    ledger.when(acceptance(ledger, offer_id, terms_hash=NO_SUCH_ACT), by="company-b")
    ledger.refused("TERMS_DIFFER", "RB 5.8.2", {"offer_id": offer_id})


def test_an_offer_to_another_answers_like_none(ledger: Ledger) -> None:
    offer_id = given_offer(ledger, buyer=HolderId("charity"))
    refused_acceptance(ledger, offer_id, "UNKNOWN_OFFER", "RB 5.3.5", {"offer_id": offer_id})


def test_the_seller_can_t_accept_its_own_offer(ledger: Ledger) -> None:
    offer_id = given_offer(ledger)
    ledger.when(acceptance(ledger, offer_id, by="company-a"))
    ledger.refused("UNKNOWN_OFFER", "RB 5.3.5", {"offer_id": offer_id})


def test_a_buyer_without_standing_is_refused(ledger: Ledger) -> None:
    offer_id = given_offer(ledger, buyer=HolderId("charity"))
    ledger.when(acceptance(ledger, offer_id, by="charity"), by="charity")
    ledger.refused("NO_PLATFORM_STANDING", "RB 3.8", {"holder_id": "charity"})


def test_a_late_answer_is_refused(ledger: Ledger) -> None:
    offer_id = given_offer(ledger)
    ledger.now = Instant(NOW + 7 * DAY)
    refused_acceptance(ledger, offer_id, "OFFER_EXPIRED", "RB 5.3.5", {"expires_at": NOW + 7 * DAY})


def test_a_seller_that_lost_its_standing_sells_nothing(ledger: Ledger) -> None:
    offer_id = given_offer(ledger)
    given_status(ledger, "company-a", HolderStatus.SUSPENDED)
    refused_acceptance(ledger, offer_id, "OFFER_NOT_OPEN", "RB 5.3.5", {"offer_id": offer_id})


def test_a_seller_that_owes_cfis_by_now_sells_nothing(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_id = given_offer(ledger)
    monkeypatch.setattr("cfi.contracts.rules.custody.accept_trade.may_sell", lambda *_: False)
    refused_acceptance(ledger, offer_id, "OFFER_NOT_OPEN", "RB 5.3.5", {"offer_id": offer_id})


def test_a_lot_that_became_restricted_isn_t_sold(ledger: Ledger) -> None:
    offer_id = given_offer(ledger)
    marked(ledger)
    refused_acceptance(ledger, offer_id, "OFFER_NOT_OPEN", "RB 5.3.5", {"offer_id": offer_id})


def test_a_full_account_is_refused(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    offer_id = given_offer(ledger)
    monkeypatch.setattr("cfi.contracts.state.view.StateView.has_room", lambda *_: False)
    refused_acceptance(ledger, offer_id, "ACCOUNT_FULL", "RB 5.3.2", {"account_id": "company-b/1"})


def test_a_buyer_with_too_many_records_is_refused(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_id = given_offer(ledger)
    monkeypatch.setattr("cfi.contracts.state.view.StateView.holder_has_room", lambda *_: False)
    refused_acceptance(ledger, offer_id, "TOO_MANY_RECORDS", "ours", {"holder_id": "company-b"})
