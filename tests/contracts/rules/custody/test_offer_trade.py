"""RB 5.3.5, 5.8: a seller's offer to one buyer."""

from dataclasses import replace
from operator import itemgetter
from typing import Any

import pytest

from cfi.contracts.state.changes import put
from cfi.contracts.state.rows.access import USERS
from cfi.contracts.state.rows.custody import LockReason, Restriction
from cfi.contracts.state.rows.membership import HolderStatus
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import CentsPerTonne, Instant, Tonnes
from cfi.contracts.wire.text import AccountId, HolderId, LotId
from tests.contracts.ledger import NOW, Ledger
from tests.contracts.rules.custody.market import (
    A_LOT,
    DAY,
    given_offer,
    given_standing,
    given_status,
    offer,
)

FROM_B = LotId("XA-2003-0000001001")


class TestWhatAnOfferDoes:
    def test_the_tail_is_locked_for_the_buyer_and_the_head_stays_free(self, ledger: Ledger) -> None:
        offer_id = given_offer(ledger)
        ledger.done(offer_id=offer_id)
        head, tail = ledger.lots("company-a/1")
        assert (head.tonnes, head.lock, tail.tonnes) == (700, None, 300)
        assert tail.lock is not None
        assert (tail.lock.reason, tail.lock.act_id) == (LockReason.OFFERED, offer_id)

    def test_both_sides_have_the_same_terms(self, ledger: Ledger) -> None:
        offer_id = given_offer(ledger)
        ours = ledger.state.offers.of("company-a").get(offer_id)
        theirs = ledger.state.incoming_offers.of("company-b").get(offer_id)
        assert ours is not None
        assert theirs is not None
        assert ours.terms == theirs.terms
        assert (ours.offered_by, ours.terms.lot_id) == ("company-a-user", "XA-2003-0000000701")

    def test_a_whole_lot_is_locked_as_it_is(self, ledger: Ledger) -> None:
        given_offer(ledger, tonnes=Tonnes(1_000))
        assert [lot.locked for lot in ledger.lots("company-a/1")] == [True]

    def test_an_offer_to_nobody_answers_the_same(self, ledger: Ledger) -> None:
        receipt = ledger.when(offer(buyer=HolderId("nobody")))
        assert receipt.done
        assert dict(receipt.facts) == {"offer_id": receipt.act_id}
        assert ledger.state.offers.of("company-a").get(receipt.act_id) is not None
        assert ledger.state.incoming_offers.of("nobody").get(receipt.act_id) is None

    def test_a_buyer_with_very_many_offers_isn_t_shown_one_more(
        self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ledger.given_holder("company-c")
        given_standing(ledger, "company-c")
        ledger.given_lot("company-c/1", 100)
        monkeypatch.setattr("cfi.contracts.rules.custody.offer_trade.MAX_OPEN_OFFERS", 1)
        given_offer(ledger)
        lot_id = ledger.lots("company-c/1")[0].lot_id
        change = {"account_id": AccountId("company-c/1"), "lot_id": lot_id, "tonnes": Tonnes(100)}
        assert ledger.when(offer(**change), by="company-c").done
        assert len(ledger.state.incoming_offers.of("company-b").keys()) == 1


class TestWhatProvidersAndAggregatorsOffer:
    """RB 12.3: the offsets that are registered for them, and nothing else."""

    SELLERS = (HolderClass.OFFSET_PROVIDER, HolderClass.OFFSET_AGGREGATOR)

    def offered(self, ledger: Ledger, lot_id: LotId) -> None:
        given_standing(ledger, "pool")
        change = {"account_id": AccountId("pool/1"), "lot_id": lot_id, "tonnes": Tonnes(100)}
        ledger.when(offer(**change), by="pool")

    @pytest.mark.parametrize("seller", SELLERS)
    def test_offsets_that_were_issued_to_it(self, ledger: Ledger, seller: HolderClass) -> None:
        ledger.given_holder("pool", seller)
        self.offered(ledger, ledger.given_lot("pool/1", 100, instrument=Instrument.XSO))
        ledger.done()

    @pytest.mark.parametrize("seller", SELLERS)
    def test_not_offsets_that_it_bought(self, ledger: Ledger, seller: HolderClass) -> None:
        ledger.given_holder("pool", seller)
        lot_id = ledger.given_lot(
            "pool/1", 100, instrument=Instrument.XSO, first_owner="company-b"
        )
        self.offered(ledger, lot_id)
        ledger.refused("LOT_RESTRICTED", "RB 12.3", {"lot_id": lot_id})

    @pytest.mark.parametrize("seller", SELLERS)
    def test_nor_allowances(self, ledger: Ledger, seller: HolderClass) -> None:
        ledger.given_holder("pool", seller)
        lot_id = ledger.given_lot("pool/1", 100)
        self.offered(ledger, lot_id)
        ledger.refused("LOT_RESTRICTED", "RB 12.3", {"lot_id": lot_id})

    def test_a_member_offers_offsets_that_it_bought(self, ledger: Ledger) -> None:
        lot_id = ledger.given_lot(
            "company-a/1", 100, instrument=Instrument.XSO, first_owner="company-b"
        )
        ledger.when(offer(lot_id=lot_id, tonnes=Tonnes(100)))
        ledger.done()


REFUSALS: list[tuple[str, dict[str, Any], str, str, dict[str, Any]]] = [
    (
        "an account that isn't there is unknown",
        {"account_id": AccountId("company-a/9")},
        "UNKNOWN_ACCOUNT",
        "RB 5.3.3",
        {"account_id": "company-a/9"},
    ),
    (
        "another's account answers like none",
        {"account_id": AccountId("company-b/1"), "lot_id": FROM_B},
        "UNKNOWN_ACCOUNT",
        "RB 5.3.3",
        {"account_id": "company-b/1"},
    ),
    (
        "a lot that isn't there is unknown",
        {"lot_id": LotId("XA-2003-0000000101")},
        "UNKNOWN_LOT",
        "RB 5.3.1",
        {"lot_id": "XA-2003-0000000101"},
    ),
    (
        "another's lot answers like none",
        {"lot_id": FROM_B},
        "UNKNOWN_LOT",
        "RB 5.3.1",
        {"lot_id": FROM_B},
    ),
    (
        "a CFI isn't divided",
        {"tonnes": Tonnes(150)},
        "NOT_WHOLE_CFIS",
        "RB 4.3",
        {"asked": 150},
    ),
    (
        "no more is offered than the lot has",
        {"tonnes": Tonnes(1_100)},
        "NOT_ENOUGH_TONNES",
        "RB 5.3.1",
        {"asked": 1_100, "held": 1_000},
    ),
    (
        "nobody sells to itself",
        {"buyer": HolderId("company-a")},
        "SAME_HOLDER",
        "RB 5.3.5",
        {"buyer": "company-a"},
    ),
    ("a sale has a price", {"price": CentsPerTonne(0)}, "NO_PRICE", "RB 5.3.5", {"price": 0}),
    (
        "an offer ends in the future",
        {"expires_at": NOW},
        "EXPIRY_OUT_OF_RANGE",
        "ours",
        {"expires_at": NOW},
    ),
    (
        "an offer lasts at most 90 days",
        {"expires_at": Instant(NOW + 90 * DAY + 1)},
        "EXPIRY_OUT_OF_RANGE",
        "ours",
        {"expires_at": NOW + 90 * DAY + 1},
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
    assert ledger.given_lot("company-b/1", 500) == FROM_B
    before = ledger.tables()
    ledger.when(offer(**change))
    ledger.refused(code, section, facts)
    assert ledger.tables() == before, sentence


@pytest.mark.parametrize(
    ("restriction", "section"),
    [
        (Restriction.NO_SALE, "RB 2.7.1"),
        (Restriction.DONATED, "RB 4.13"),
        (Restriction.BOUGHT_FOR_CASH, "RB 5.9.5"),
        (Restriction.SUPER_REDUCTION, "RB 4.11.2"),
        (Restriction.SPECIAL_RESERVE, "RB 4.11.4"),
    ],
)
def test_a_restricted_lot_isn_t_sold(
    ledger: Ledger, restriction: Restriction, section: str
) -> None:
    lot_id = ledger.given_lot("company-a/1", 500, restrictions=restriction)
    ledger.when(offer(lot_id=lot_id))
    ledger.refused("LOT_RESTRICTED", section, {"lot_id": lot_id, "restriction": restriction.name})


def test_an_early_action_credit_isn_t_sold(ledger: Ledger) -> None:
    lot_id = ledger.given_lot("company-a/1", 500, instrument=Instrument.XE)
    ledger.when(offer(lot_id=lot_id))
    ledger.refused("LOT_RESTRICTED", "RB 4.3", {"lot_id": lot_id})


def test_a_locked_lot_isn_t_offered_again(ledger: Ledger) -> None:
    given_offer(ledger, tonnes=Tonnes(1_000))
    ledger.when(offer())
    ledger.refused("LOT_LOCKED", "RB 5.3.1", {"lot_id": A_LOT})


def test_a_holder_without_standing_doesn_t_offer(ledger: Ledger) -> None:
    ledger.given_holder("company-c")
    lot_id = ledger.given_lot("company-c/1", 300)
    ledger.when(offer(account_id=AccountId("company-c/1"), lot_id=lot_id), by="company-c")
    ledger.refused("NO_PLATFORM_STANDING", "RB 3.8", {"holder_id": "company-c"})


def test_a_limited_trader_doesn_t_offer(ledger: Ledger) -> None:
    user = ledger.state.users.of("company-a").get("company-a-user")
    assert user is not None
    ledger.given(put(USERS, "company-a", replace(user, limited=True)))
    ledger.when(offer())
    ledger.refused("TRADING_LIMITED", "RB 2.6.1", {"user_id": "company-a-user"})


def test_a_member_that_owes_cfis_doesn_t_sell(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cfi.contracts.rules.custody.offer_trade.may_sell", lambda *_: False)
    ledger.when(offer())
    ledger.refused("OWES_CFIS", "ours", {"holder_id": "company-a"})


def test_a_holder_has_so_many_offers_open(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cfi.contracts.rules.custody.offer_trade.MAX_OPEN_OFFERS", 1)
    given_offer(ledger)
    ledger.when(offer())
    ledger.refused("TOO_MANY_RECORDS", "ours", {"holder_id": "company-a"})


def test_an_account_that_is_full_isn_t_split(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cfi.contracts.state.view.StateView.has_room", lambda *_: False)
    ledger.when(offer())
    ledger.refused("ACCOUNT_FULL", "RB 5.3.2", {"account_id": "company-a/1"})


def test_a_suspended_holder_doesn_t_offer(ledger: Ledger) -> None:
    given_status(ledger, "company-a", HolderStatus.SUSPENDED)
    ledger.when(offer())
    ledger.refused("HOLDER_NOT_ACTIVE", "RB 2.8")
