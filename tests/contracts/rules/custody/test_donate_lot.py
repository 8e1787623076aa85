"""RB 4.13: donations to a not-for-profit holder."""

from operator import itemgetter
from typing import Any

import pytest

from cfi.contracts.state.rows.custody import LockReason, Restriction
from cfi.contracts.state.rows.membership import HolderStatus
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.messages.custody.offer_trade import OfferTrade
from cfi.contracts.wire.quantities import CentsPerTonne, Instant, Tonnes
from cfi.contracts.wire.text import AccountId, HolderId, LotId
from tests.contracts.ledger import NOW, Ledger
from tests.contracts.rules.custody.market import (
    DAY,
    donation,
    given_offer,
    given_protection,
    given_standing,
    given_status,
    movements,
)

FROM_B = LotId("XA-2003-0000001001")
NO_LOT = LotId("XA-2003-0000000101")
OFFERED = LotId("XA-2003-0000000601")


class TestWhatADonationDoes:
    def test_it_arrives_in_the_recipients_first_account_never_to_be_sold(
        self, ledger: Ledger
    ) -> None:
        receipt = ledger.when(donation())
        ledger.done(delivery_id=receipt.act_id, deliver_at=NOW)
        assert ledger.held("company-a/1") == ["XA-2003-0000000001-0000000700"]
        assert ledger.held("charity/1") == ["XA-2003-0000000701-0000001000"]
        (arrived,) = ledger.lots("charity/1")
        assert arrived.bars(Restriction.DONATED)
        assert not arrived.locked

    def test_a_whole_lot_goes_whole(self, ledger: Ledger) -> None:
        ledger.when(donation(tonnes=Tonnes(1_000)))
        assert ledger.held("company-a/1") == []
        assert ledger.tonnes("charity/1") == 1_000

    def test_the_recipient_can_t_sell_it(self, ledger: Ledger) -> None:
        ledger.when(donation())
        given_standing(ledger, "charity")
        lot_id = ledger.lots("charity/1")[0].lot_id
        sale = OfferTrade(
            account_id=AccountId("charity/1"),
            lot_id=lot_id,
            tonnes=Tonnes(300),
            buyer=HolderId("company-b"),
            price=CentsPerTonne(95),
            expires_at=Instant(NOW + DAY),
        )
        ledger.when(sale, by="charity")
        ledger.refused(
            "LOT_RESTRICTED", "RB 4.13", {"lot_id": lot_id, "restriction": "DONATED"}
        )

    def test_it_counts_in_no_limit(self, ledger: Ledger) -> None:
        ledger.when(donation())
        assert ledger.state.sales.of("company-a").keys() == []
        assert ledger.state.sales.of("charity").keys() == []

    def test_both_statements_name_the_other_party(self, ledger: Ledger) -> None:
        ledger.when(donation())
        out, into = movements(ledger, "company-a/1")[-1], movements(ledger, "charity/1")[-1]
        assert (out.kind.name, out.other, out.price) == ("DONATED", "charity", None)
        assert (into.kind.name, into.other, into.price) == ("DONATED", "company-a", None)

    def test_under_a_delay_it_waits_locked_and_then_arrives(self, ledger: Ledger) -> None:
        given_protection(ledger, "company-a", delay=DAY)
        ledger.when(donation())
        lock = ledger.lots("company-a/1")[1].lock
        assert lock is not None
        assert lock.reason is LockReason.DELAYED_TRANSFER
        assert ledger.pass_time(DAY) == 1
        assert ledger.tonnes("charity/1") == 300

    def test_a_second_person_is_waited_for(self, ledger: Ledger) -> None:
        given_protection(ledger, "company-a", second_approver=True)
        ledger.when(donation())
        ledger.pass_time(DAY)
        assert ledger.tonnes("charity/1") == 0


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
        {"lot_id": NO_LOT},
        "UNKNOWN_LOT",
        "RB 5.3.1",
        {"lot_id": NO_LOT},
    ),
    (
        "another's lot answers like none",
        {"lot_id": FROM_B},
        "UNKNOWN_LOT",
        "RB 5.3.1",
        {"lot_id": FROM_B},
    ),
    (
        "a lot under offer stays",
        {"lot_id": OFFERED},
        "LOT_LOCKED",
        "RB 5.3.1",
        {"lot_id": OFFERED},
    ),
    ("a CFI isn't divided", {"tonnes": Tonnes(150)}, "NOT_WHOLE_CFIS", "RB 4.3", {"asked": 150}),
    (
        "nothing isn't an amount",
        {"tonnes": Tonnes(0)},
        "NOT_ENOUGH_TONNES",
        "RB 5.3.1",
        {"asked": 0, "held": 600},
    ),
    (
        "no more goes than the lot has",
        {"tonnes": Tonnes(700)},
        "NOT_ENOUGH_TONNES",
        "RB 5.3.1",
        {"asked": 700, "held": 600},
    ),
    (
        "a recipient that isn't there is unknown",
        {"recipient": HolderId("nobody")},
        "UNKNOWN_RECIPIENT",
        "RB 4.13",
        {"recipient": "nobody"},
    ),
    (
        "a recipient that works for profit answers like none",
        {"recipient": HolderId("company-b")},
        "UNKNOWN_RECIPIENT",
        "RB 4.13",
        {"recipient": "company-b"},
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
    given_offer(ledger, tonnes=Tonnes(400))
    assert ledger.given_lot("company-b/1", 600) == FROM_B
    before = ledger.tables()
    ledger.when(donation(**change))
    ledger.refused(code, section, facts)
    assert ledger.tables() == before, sentence


def refused_donation(ledger: Ledger, recipient: str, by: str = "company-a", **change: Any) -> None:
    ledger.when(donation(recipient=HolderId(recipient), **change), by=by)
    ledger.refused("UNKNOWN_RECIPIENT", "RB 4.13", {"recipient": recipient})


def test_a_charity_doesn_t_give_to_itself(ledger: Ledger) -> None:
    lot_id = ledger.given_lot("charity/1", 300)
    refused_donation(
        ledger, "charity", by="charity", account_id=AccountId("charity/1"), lot_id=lot_id
    )


def test_a_suspended_recipient_answers_like_none(ledger: Ledger) -> None:
    given_status(ledger, "charity", HolderStatus.SUSPENDED)
    refused_donation(ledger, "charity")


def test_a_recipient_without_an_account_answers_like_none(ledger: Ledger) -> None:
    ledger.given_holder("shelter", not_for_profit=True, accounts=False)
    refused_donation(ledger, "shelter")


def test_an_early_action_credit_is_only_donated_for_retirement(ledger: Ledger) -> None:
    lot_id = ledger.given_lot("company-a/1", 300, instrument=Instrument.XE)
    ledger.when(donation(lot_id=lot_id))
    ledger.refused("LOT_RESTRICTED", "RB 4.3", {"lot_id": lot_id})


NOT_TO_BE_GIVEN = [
    # sentence, restrictions, which of them bars it, section
    ("what was donated isn't given on", Restriction.DONATED, "DONATED", "RB 4.13"),
    ("nor a surplus of before enrolment", Restriction.NO_SALE, "NO_SALE", "RB 2.7.1"),
    (
        "nor what isn't established as Super Reductions",
        Restriction.SUPER_REDUCTION | Restriction.NO_SALE | Restriction.NO_COMPLIANCE,
        "NO_SALE",
        "RB 4.11.2",
    ),
]


@pytest.mark.parametrize(
    ("sentence", "restrictions", "restriction", "section"),
    NOT_TO_BE_GIVEN,
    ids=map(itemgetter(0), NOT_TO_BE_GIVEN),
)
def test_a_restricted_lot_isn_t_given(
    ledger: Ledger, sentence: str, restrictions: Restriction, restriction: str, section: str
) -> None:
    lot_id = ledger.given_lot("company-a/1", 300, restrictions=restrictions)
    before = ledger.tables()
    ledger.when(donation(lot_id=lot_id))
    ledger.refused("LOT_RESTRICTED", section, {"lot_id": lot_id, "restriction": restriction})
    assert ledger.tables() == before, sentence


@pytest.mark.parametrize(
    "restriction",
    [Restriction.SPECIAL_RESERVE, Restriction.SUPER_REDUCTION, Restriction.BOUGHT_FOR_CASH],
)
def test_special_reserves_super_reductions_and_what_was_bought_for_cash_may_be_donated(
    ledger: Ledger, restriction: Restriction
) -> None:
    lot_id = ledger.given_lot("company-a/1", 300, restrictions=restriction)
    ledger.when(donation(lot_id=lot_id))
    assert ledger.lots("charity/1")[0].bars(restriction)


def test_a_donor_s_account_that_is_full_isn_t_split(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def room(_: object, account_id: str, rows: int = 1) -> bool:
        return account_id == "charity/1"

    monkeypatch.setattr("cfi.contracts.state.view.StateView.has_room", room)
    ledger.when(donation())
    ledger.refused("ACCOUNT_FULL", "RB 5.3.2", {"account_id": "company-a/1"})


def test_a_donor_has_only_so_many_transfers_that_wait(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cfi.contracts.rules.custody.donate_lot.MAX_WAITING_TRANSFERS", 1)
    given_protection(ledger, "company-a", delay=DAY)
    assert ledger.when(donation()).done
    ledger.when(donation())
    ledger.refused("TOO_MANY_RECORDS", "ours", {"holder_id": "company-a"})


def test_a_donor_with_too_many_records_is_refused(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StateView, "holder_has_room", lambda _, who, *__: who != "company-a")
    ledger.when(donation())
    ledger.refused("TOO_MANY_RECORDS", "ours", {"holder_id": "company-a"})


def test_a_recipient_with_too_many_records_answers_like_none(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StateView, "holder_has_room", lambda _, who, *__: who != "charity")
    ledger.when(donation())
    ledger.refused("UNKNOWN_RECIPIENT", "RB 4.13", {"recipient": "charity"})
