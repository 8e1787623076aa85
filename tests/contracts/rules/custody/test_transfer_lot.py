"""RB 5.3.5: a holder moves CFIs between its own accounts."""

from operator import itemgetter
from typing import Any

import pytest

from cfi.contracts.state.rows.custody import Restriction
from cfi.contracts.wire.limits import ROWS_KEPT_FOR_DUE_WORK
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.text import AccountId, LotId
from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import (
    A_LOT,
    given_offer,
    given_protection,
    movements,
)

FROM_B = LotId("XA-2003-0000001001")
NO_LOT = LotId("XA-2003-0000000101")
OFFERED = LotId("XA-2003-0000000601")


def transfer(**change: Any) -> TransferLot:
    lawful: dict[str, Any] = {
        "source": AccountId("company-a/1"),
        "lot_id": A_LOT,
        "tonnes": Tonnes(200),
        "target": AccountId("company-a/3"),
    }
    return TransferLot(**lawful | change)


class TestWhatATransferDoes:
    def test_the_tail_goes_and_the_head_stays(self, ledger: Ledger) -> None:
        ledger.when(transfer())
        ledger.done()
        assert ledger.held("company-a/1") == ["XA-2003-0000000001-0000000800"]
        assert ledger.held("company-a/3") == ["XA-2003-0000000801-0000001000"]

    def test_a_whole_lot_goes_whole(self, ledger: Ledger) -> None:
        ledger.when(transfer(tonnes=Tonnes(1_000)))
        assert ledger.held("company-a/1") == []
        assert ledger.held("company-a/3") == ["XA-2003-0000000001-0000001000"]

    def test_each_statement_names_the_other_account(self, ledger: Ledger) -> None:
        ledger.when(transfer())
        out, into = movements(ledger, "company-a/1")[-1], movements(ledger, "company-a/3")[-1]
        assert (out.other, out.incoming, out.tonnes) == ("company-a/3", False, 200)
        assert (into.other, into.incoming, into.tonnes) == ("company-a/1", True, 200)

    def test_restrictions_go_along(self, ledger: Ledger) -> None:
        lot_id = ledger.given_lot("company-a/1", 200, restrictions=Restriction.NO_SALE)
        ledger.when(transfer(lot_id=lot_id))
        assert ledger.lots("company-a/3")[0].bars(Restriction.NO_SALE)

    def test_protections_don_t_hold_up_what_stays_with_the_holder(self, ledger: Ledger) -> None:
        given_protection(ledger, "company-a", delay=86_400, second_approver=True)
        ledger.when(transfer())
        assert ledger.tonnes("company-a/3") == 200


REFUSALS: list[tuple[str, dict[str, Any], str, str, dict[str, Any]]] = [
    (
        "an account that isn't there is unknown",
        {"source": AccountId("company-a/9")},
        "UNKNOWN_ACCOUNT",
        "RB 5.3.3",
        {"account_id": "company-a/9"},
    ),
    (
        "another's account answers like none",
        {"source": AccountId("company-b/1"), "lot_id": FROM_B},
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
        "a target that isn't there is unknown",
        {"target": AccountId("company-a/9")},
        "UNKNOWN_ACCOUNT",
        "RB 5.3.3",
        {"account_id": "company-a/9"},
    ),
    (
        "another's account as target answers like none",
        {"target": AccountId("company-b/1")},
        "UNKNOWN_ACCOUNT",
        "RB 5.3.3",
        {"account_id": "company-b/1"},
    ),
    (
        "a retirement account only takes what is retired",
        {"target": AccountId("company-a/2")},
        "UNKNOWN_ACCOUNT",
        "RB 5.3.3",
        {"account_id": "company-a/2"},
    ),
    (
        "a lot doesn't move to where it is",
        {"target": AccountId("company-a/1")},
        "SAME_ACCOUNT",
        "RB 5.3.5",
        {"account_id": "company-a/1"},
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
    ledger.when(transfer(**change))
    ledger.refused(code, section, facts)
    assert ledger.tables() == before, sentence


def test_a_full_account_takes_no_more(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 4 + ROWS_KEPT_FOR_DUE_WORK
    monkeypatch.setattr("cfi.contracts.state.view.MAX_ROWS_PER_OWNER", most)
    ledger.when(transfer())
    ledger.done()
    ledger.when(transfer())
    ledger.refused("ACCOUNT_FULL", "RB 5.3.2", {"account_id": "company-a/3"})
