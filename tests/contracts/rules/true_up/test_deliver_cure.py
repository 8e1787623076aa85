"""RB 4.7, 4.11.5: a Member that was left short delivers more."""

from dataclasses import replace
from operator import itemgetter

import pytest

from cfi.contracts.state.changes import put
from cfi.contracts.state.compliance import may_sell
from cfi.contracts.state.rows.custody import LOTS
from cfi.contracts.state.rows.true_up import Stage
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.messages.true_up.deliver_cure import DeliverCure
from cfi.contracts.wire.quantities import SmallCode, Tonnes, Year
from cfi.contracts.wire.refusal import Fact
from cfi.contracts.wire.text import AccountId, HolderId, LotId
from tests.contracts.true_up import NOT_SCHEDULED, TrueUpLedger

OWN = "XA-2003-0000000101"
ANOTHERS = "XA-2003-0000001101"
LATER = "XA-2004-0000000001"
NONE = "XA-2003-0000009901"
OFFSET = "XMO-2003-0000000001"


def deliver(lot: str, tonnes: int, account: str = "company-a/1", year: int = 2003) -> DeliverCure:
    return DeliverCure(
        compliance_year=Year(year),
        account_id=AccountId(account),
        lot_id=LotId(lot),
        tonnes=Tonnes(tonnes),
    )


@pytest.fixture
def cure(true_up: TrueUpLedger) -> TrueUpLedger:
    """company-a surrendered 100 t of 600; the programme may use 300 t of offsets."""
    ledger = true_up.ledger
    true_up.programme_wide(60_000)
    true_up.member("company-a", 100_000)
    true_up.emitted("company-a", 2003, 600)
    ledger.given_lot("company-a/1", 100, 2003)
    true_up.reaches(2003, Stage.CURE)
    ledger.given_lot("company-a/1", 1_000, 2003)
    ledger.given_lot("company-b/1", 1_000, 2003)
    ledger.given_lot("company-a/1", 300, 2004)
    ledger.given_lot("company-a/1", 900, 2003, Instrument.XMO)
    return true_up


class TestWhatDeliveringDoes:
    def test_the_tail_is_retired_at_once(self, cure: TrueUpLedger) -> None:
        cure.ledger.when(deliver(OWN, 200))
        cure.ledger.done(short_tonnes=300)
        assert cure.ledger.retired("company-a/2") == [
            "XA-2003-0000000001-0000000100",
            "XA-2003-0000000901-0000001100",
        ]
        assert cure.obligation("company-a", 2003).short_tonnes == 300

    def test_offsets_up_to_what_the_limit_leaves(self, cure: TrueUpLedger) -> None:
        cure.ledger.when(deliver(OFFSET, 300))
        cure.ledger.done(short_tonnes=200)
        assert cure.offset_use(2003).offsets == 3

    def test_who_was_out_of_compliance_may_sell_again(self, cure: TrueUpLedger) -> None:
        ledger = cure.ledger
        lot = ledger.lots("company-a/1")[0]
        ledger.given(
            put(LOTS, "company-a/1", replace(lot, restrictions=SmallCode(2))),
        )
        cure.reaches(2003, Stage.CLOSED)
        assert not may_sell(ledger.state, HolderId("company-a"))
        fresh = ledger.given_lot("company-a/1", 500, 2003)
        ledger.when(deliver(fresh, 500))
        ledger.done(short_tonnes=0)
        assert may_sell(ledger.state, HolderId("company-a"))


REFUSALS: list[tuple[str, DeliverCure, str, str, dict[str, Fact]]] = [
    (
        "a year that isn't on the calendar",
        deliver(OWN, 100, year=2004),
        "STAGE_NOT_OPEN",
        "RB 4.7",
        NOT_SCHEDULED,
    ),
    ("a lot that isn't there", deliver(NONE, 100), "UNKNOWN_LOT", "RB 5.3.1", {"lot_id": NONE}),
    (
        "another's lot answers like none",
        deliver(ANOTHERS, 100),
        "UNKNOWN_LOT",
        "RB 5.3.1",
        {"lot_id": ANOTHERS},
    ),
    (
        "a vintage after the year",
        deliver(LATER, 100),
        "VINTAGE_TOO_LATE",
        "RB 4.3",
        {"lot_id": LATER, "compliance_year": 2003},
    ),
    (
        "more than is short",
        deliver(OWN, 600),
        "MORE_THAN_SHORT",
        "RB 4.7",
        {"asked": 600, "short": 500},
    ),
    (
        "offsets beyond what the limit leaves",
        deliver(OFFSET, 400),
        "OFFSET_LIMIT_REACHED",
        "RB 4.11.5",
        {"asked": 400, "left": 300},
    ),
]


@pytest.mark.parametrize(
    ("sentence", "message", "code", "section", "facts"), REFUSALS, ids=map(itemgetter(0), REFUSALS)
)
def test_refusal(
    cure: TrueUpLedger,
    sentence: str,
    message: DeliverCure,
    code: str,
    section: str,
    facts: dict[str, Fact],
) -> None:
    before = cure.ledger.tables()
    cure.ledger.when(message)
    cure.ledger.refused(code, section, facts)
    assert cure.ledger.tables() == before


class TestWhoAndWhen:
    def test_who_owes_nothing_delivers_nothing(self, cure: TrueUpLedger) -> None:
        cure.ledger.when(deliver(ANOTHERS, 100, "company-b/1"), "company-b")
        cure.ledger.refused("NOTHING_OWED", "RB 4.7", {"compliance_year": 2003})

    def test_who_has_delivered_all_delivers_no_more(self, cure: TrueUpLedger) -> None:
        cure.ledger.when(deliver(OWN, 500))
        cure.ledger.when(deliver(OWN, 100))
        cure.ledger.refused("NOTHING_OWED", "RB 4.7", {"compliance_year": 2003})

    def test_before_the_settlement_it_is_too_early(self, true_up: TrueUpLedger) -> None:
        true_up.member("company-a", 100_000)
        true_up.reaches(2003, Stage.ELECTIONS)
        true_up.ledger.when(deliver(OWN, 100))
        facts = true_up.not_open(2003, "cure_at", "closes_at")
        true_up.ledger.refused("STAGE_NOT_OPEN", "RB 4.7", facts)

    def test_single_tonnes_are_surrendered_as_whole_cfis(self, cure: TrueUpLedger) -> None:
        lot = cure.ledger.lots("company-a/1")[0]
        cure.ledger.given(put(LOTS, "company-a/1", replace(lot, single_ton=True)))
        cure.ledger.when(deliver(OWN, 150))
        cure.ledger.refused("NOT_WHOLE_CFIS", "RB 4.3", {"asked": 150})

    def test_early_action_credits_keep_to_their_share(self, true_up: TrueUpLedger) -> None:
        ledger = true_up.ledger
        true_up.programme_wide(60_000)
        true_up.member("company-a", 100_000)
        true_up.emitted("company-a", 2004, 600)
        true_up.reaches(2004, Stage.CURE)
        offset = ledger.given_lot("company-a/1", 200, 2004, Instrument.XSO)
        early = ledger.given_lot("company-a/1", 300, 2004, Instrument.XE, first_owner="company-a")
        ledger.when(deliver(offset, 200, year=2004))
        ledger.when(deliver(early, 300, year=2004))
        ledger.refused("OFFSET_LIMIT_REACHED", "RB 4.11.5", {"asked": 300, "left": 200})
        ledger.when(deliver(early, 200, year=2004))
        ledger.done(short_tonnes=200)


def test_no_more_than_may_be_ended_at_once(
    cure: TrueUpLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cfi.contracts.state.pages.MAX_TONNES_ENDED_AT_ONCE", 300)
    before = cure.ledger.tables()
    cure.ledger.when(deliver(OWN, 400))
    cure.ledger.refused("OUT_OF_RANGE", "ours", {"field": "tonnes", "most": 300})
    assert cure.ledger.tables() == before
    cure.ledger.when(deliver(OWN, 300))
    cure.ledger.done(short_tonnes=200)
