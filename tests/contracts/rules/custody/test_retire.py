"""RB 4.7, 5.3.1: retirement is final."""

from operator import itemgetter
from typing import Any

import pytest

from cfi.contracts.state.rows.custody import FinalState, PageEntry, RetirementReason
from cfi.contracts.state.table import number_key
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.limits import MAX_BENEFICIARY_BYTES, MAX_TONNES_ENDED_AT_ONCE
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.contracts.wire.quantities import Serial, Tonnes
from cfi.contracts.wire.text import AccountId, LotId, Text
from tests.contracts.ledger import Ledger
from tests.contracts.rules.custody.market import A_LOT, given_offer

FROM_B = LotId("XA-2003-0000001001")
NO_LOT = LotId("XA-2003-0000000101")
OFFERED = LotId("XA-2003-0000000601")


def retirement(**change: Any) -> Retire:
    lawful: dict[str, Any] = {
        "account_id": AccountId("company-a/1"),
        "lot_id": A_LOT,
        "tonnes": Tonnes(200),
        "retirement_account": AccountId("company-a/2"),
        "beneficiary": Text("The town library"),
    }
    return Retire(**lawful | change)


class TestWhatRetirementDoes:
    def test_the_tail_is_retired_and_the_head_stays(self, ledger: Ledger) -> None:
        ledger.when(retirement())
        ledger.done()
        assert ledger.held("company-a/1") == ["XA-2003-0000000001-0000000800"]
        assert ledger.retired("company-a/2") == ["XA-2003-0000000801-0000001000"]

    def test_reason_and_beneficiary_are_kept(self, ledger: Ledger) -> None:
        ledger.when(retirement())
        (retired,) = ledger.state.retired.of("company-a/2").all()
        assert (retired.reason, retired.beneficiary, retired.at, retired.compliance_year) == (
            RetirementReason.VOLUNTARY,
            "The town library",
            ledger.now,
            None,
        )

    def test_the_serials_are_on_their_public_page(self, ledger: Ledger) -> None:
        ledger.when(retirement())
        page = ledger.state.pages.get(number_key(Instrument.XA, 2003, 0))
        assert page is not None
        assert page.entries == (
            PageEntry(
                first=Serial(801),
                last=Serial(1_000),
                state=FinalState.RETIRED,
                reason=RetirementReason.VOLUNTARY,
                beneficiary=Text("The town library"),
            ),
        )

    def test_the_public_supply_counts_them(self, ledger: Ledger) -> None:
        ledger.when(retirement(tonnes=Tonnes(1_000), beneficiary=None))
        supply = ledger.state.supply.get(number_key(Instrument.XA, 2003))
        assert supply is not None
        assert (supply.issued, supply.retired) == (1_000, 1_000)
        assert ledger.held("company-a/1") == []

    def test_a_public_text_may_be_so_long(self, ledger: Ledger) -> None:
        ledger.when(retirement(beneficiary=Text("é" * 128)))
        ledger.done()

    def test_a_thousand_pages_may_be_written_at_once(self, ledger: Ledger) -> None:
        lot_id = ledger.given_lot("company-a/1", MAX_TONNES_ENDED_AT_ONCE + 100, 2004)
        more = Tonnes(MAX_TONNES_ENDED_AT_ONCE + 100)
        ledger.when(retirement(lot_id=lot_id, tonnes=more))
        most = MAX_TONNES_ENDED_AT_ONCE
        ledger.refused("OUT_OF_RANGE", "ours", {"field": "tonnes", "most": most})
        ledger.when(retirement(lot_id=lot_id, tonnes=Tonnes(most)))
        ledger.done()

    def test_it_costs_more_the_more_a_page_holds(self, ledger: Ledger) -> None:
        ledger.given_lot("company-a/1", 9_000)
        costs = []
        for number in range(20):
            lot_id = ledger.lots("company-a/1")[-1].lot_id
            beneficiary = Text(f"person {number}")
            ledger.when(retirement(lot_id=lot_id, tonnes=Tonnes(100), beneficiary=beneficiary))
            ledger.done()
            costs.append(ledger.gas)
        assert (costs[0], costs[-1], costs == sorted(costs)) == (0, 2, True)


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
        {"beneficiary": Text("é" * 128 + "x")},
        "OUT_OF_RANGE",
        "ours",
        {"field": "beneficiary", "most": MAX_BENEFICIARY_BYTES},
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
    ledger.when(retirement(**change))
    ledger.refused(code, section, facts)
    assert ledger.tables() == before, sentence
