"""RB 4.13: a donation to a party without an account is retired in the donor's."""

from operator import itemgetter
from typing import Any

import pytest

from cfi.contracts.state.rows.custody import Restriction, RetirementReason
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.messages.custody.donate_for_retirement import DonateForRetirement
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.text import AccountId, LotId, Text
from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import A_LOT, given_offer, given_protection

FROM_B = LotId("XA-2003-0000001001")
NO_LOT = LotId("XA-2003-0000000101")
OFFERED = LotId("XA-2003-0000000601")


def gift(**change: Any) -> DonateForRetirement:
    lawful: dict[str, Any] = {
        "account_id": AccountId("company-a/1"),
        "lot_id": A_LOT,
        "tonnes": Tonnes(200),
        "retirement_account": AccountId("company-a/2"),
        "beneficiary": Text("The town library"),
    }
    return DonateForRetirement(**lawful | change)


class TestWhatTheDonationDoes:
    def test_it_is_retired_as_a_donation_for_the_recipient(self, ledger: Ledger) -> None:
        ledger.when(gift())
        ledger.done()
        (retired,) = ledger.state.retired.of("company-a/2").all()
        assert (retired.tonnes, retired.reason, retired.beneficiary) == (
            200,
            RetirementReason.DONATION,
            "The town library",
        )
        assert ledger.tonnes("company-a/1") == 800

    def test_it_doesn_t_count_as_a_sale(self, ledger: Ledger) -> None:
        ledger.when(gift())
        assert ledger.state.sales.of("company-a").keys() == []

    def test_protections_don_t_hold_it_up(self, ledger: Ledger) -> None:
        given_protection(ledger, "company-a", delay=86_400, second_approver=True)
        ledger.when(gift())
        assert ledger.retired("company-a/2") == ["XA-2003-0000000801-0000001000"]

    @pytest.mark.parametrize("instrument", list(Instrument))
    @pytest.mark.parametrize("restriction", list(Restriction))
    def test_all_kinds_may_be_donated(
        self, ledger: Ledger, instrument: Instrument, restriction: Restriction
    ) -> None:
        lot_id = ledger.given_lot(
            "company-a/1", 200, instrument=instrument, restrictions=restriction
        )
        ledger.when(gift(lot_id=lot_id))
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
        "a retirement account that isn't there is unknown",
        {"retirement_account": AccountId("company-a/9")},
        "UNKNOWN_ACCOUNT",
        "RB 5.3.3",
        {"account_id": "company-a/9"},
    ),
    (
        "another's retirement account answers like none",
        {"retirement_account": AccountId("company-b/2")},
        "UNKNOWN_ACCOUNT",
        "RB 5.3.3",
        {"account_id": "company-b/2"},
    ),
    (
        "nothing is retired into a trading account",
        {"retirement_account": AccountId("company-a/3")},
        "UNKNOWN_ACCOUNT",
        "RB 5.3.3",
        {"account_id": "company-a/3"},
    ),
    (
        "a public text is short",
        {"beneficiary": Text("x" * 257)},
        "OUT_OF_RANGE",
        "ours",
        {"field": "beneficiary", "most": 256},
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
    ledger.when(gift(**change))
    ledger.refused(code, section, facts)
    assert ledger.tables() == before, sentence
