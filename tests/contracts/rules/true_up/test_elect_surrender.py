"""RB 4.7, 5.3.1: which CFIs are surrendered."""

from dataclasses import replace
from operator import itemgetter

import pytest

from cfi.contracts.state.changes import put
from cfi.contracts.state.rows.custody import LOTS, LockReason, Restriction
from cfi.contracts.state.rows.true_up import Stage
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.limits import (
    MAX_LOTS_PER_ELECTION,
    MAX_ROWS_PER_OWNER,
    ROWS_KEPT_FOR_DUE_WORK,
)
from cfi.contracts.wire.messages.true_up.elect_surrender import ChosenLot, ElectSurrender
from cfi.contracts.wire.quantities import Tonnes, Year
from cfi.contracts.wire.refusal import Fact
from cfi.contracts.wire.text import AccountId, LotId
from tests.contracts.ledger import Ledger
from tests.contracts.true_up import NOT_SCHEDULED, PHASE_2, TrueUpLedger

OWN = "XA-2003-0000000001"
ANOTHERS = "XA-2003-0000000301"
LOCKED = "XA-2003-0000000601"
LATER = "XA-2004-0000000001"
RESERVED = "XA-2003-0000000901"
EARLY = "XE-2003-0000000001"
NONE = "XA-2003-0000009901"


def elect(*lots: tuple[str, int], account: str = "company-a/1", year: int = 2003) -> ElectSurrender:
    chosen = tuple(
        ChosenLot(account_id=AccountId(account), lot_id=LotId(lot), tonnes=Tonnes(tonnes))
        for lot, tonnes in lots
    )
    return ElectSurrender(compliance_year=Year(year), lots=chosen)


@pytest.fixture
def elections(true_up: TrueUpLedger) -> TrueUpLedger:
    """Elections are open; company-a holds lots of every sort."""
    ledger = true_up.ledger
    true_up.member("company-a", 100_000)
    true_up.member("company-b", 100_000)
    ledger.given_lot("company-a/1", 300, 2003)
    ledger.given_lot("company-b/1", 300, 2003)
    ledger.given_lot("company-a/1", 300, 2003)
    ledger.given_lot("company-a/1", 300, 2003, restrictions=Restriction.SPECIAL_RESERVE)
    ledger.given_lot("company-a/1", 300, 2004)
    ledger.given_lot("company-a/1", 300, 2003, Instrument.XE, first_owner="company-a")
    true_up.reaches(2003, Stage.ELECTIONS)
    true_up.elects("company-a", 2003, (LOCKED, 300))
    return true_up


class TestWhatElectingDoes:
    def test_the_tail_is_locked_and_the_head_stays_free(self, elections: TrueUpLedger) -> None:
        elections.elects("company-a", 2003, (OWN, 100))
        head, tail = elections.ledger.lots("company-a/1")[:2]
        assert (head.tonnes, head.lock) == (200, None)
        assert tail.lock is not None and tail.lock.reason is LockReason.ELECTED

    def test_choices_are_numbered_one_after_the_other(self, elections: TrueUpLedger) -> None:
        elections.elects("company-a", 2003, (OWN, 100), (OWN, 200))
        rows = elections.ledger.state.elections.of("company-a").all()
        assert [(row.number, row.lot_id, row.tonnes) for row in rows] == [
            (1, LOCKED, 300),
            (2, "XA-2003-0000000201", 100),
            (3, OWN, 200),
        ]

    def test_a_donated_lot_is_usable(self, elections: TrueUpLedger) -> None:
        lot = elections.ledger.given_lot("company-a/1", 100, 2003, restrictions=Restriction.NO_SALE)
        elections.elects("company-a", 2003, (lot, 100))

    def test_a_member_may_use_its_own_early_action_credits_from_2004(
        self, elections: TrueUpLedger
    ) -> None:
        elections.reaches(2004, Stage.ELECTIONS)
        elections.elects("company-a", 2004, (EARLY, 100))


REFUSALS: list[tuple[str, ElectSurrender, str, str, dict[str, Fact]]] = [
    (
        "a year that isn't on the calendar",
        elect((OWN, 100), year=2004),
        "STAGE_NOT_OPEN",
        "RB 4.7",
        NOT_SCHEDULED,
    ),
    ("nothing named", elect(), "TOO_MANY_LOTS", "ours", {"lots": 0}),
    (
        "more lots than one act may name",
        elect(*[(OWN, 100)] * (MAX_LOTS_PER_ELECTION + 1)),
        "TOO_MANY_LOTS",
        "ours",
        {"lots": MAX_LOTS_PER_ELECTION + 1},
    ),
    ("a lot that isn't there", elect((NONE, 100)), "UNKNOWN_LOT", "RB 5.3.1", {"lot_id": NONE}),
    (
        "another's lot answers like none",
        elect((ANOTHERS, 100)),
        "UNKNOWN_LOT",
        "RB 5.3.1",
        {"lot_id": ANOTHERS},
    ),
    (
        "an account that isn't there",
        elect((OWN, 100), account="company-z/1"),
        "UNKNOWN_ACCOUNT",
        "RB 5.3.3",
        {"account_id": "company-z/1"},
    ),
    (
        "another's account answers like none",
        elect((ANOTHERS, 100), account="company-b/1"),
        "UNKNOWN_ACCOUNT",
        "RB 5.3.3",
        {"account_id": "company-b/1"},
    ),
    ("a lot chosen before", elect((LOCKED, 100)), "LOT_LOCKED", "RB 5.3.1", {"lot_id": LOCKED}),
    (
        "more than the lot has",
        elect((OWN, 400)),
        "NOT_ENOUGH_TONNES",
        "RB 5.3.1",
        {"asked": 400, "held": 300},
    ),
    ("parts of a CFI", elect((OWN, 50)), "NOT_WHOLE_CFIS", "RB 4.3", {"asked": 50}),
    (
        "a vintage after the year",
        elect((LATER, 100)),
        "VINTAGE_TOO_LATE",
        "RB 4.3",
        {"lot_id": LATER, "compliance_year": 2003},
    ),
    (
        "unreleased reserve",
        elect((RESERVED, 100)),
        "LOT_RESTRICTED",
        "RB 4.11.4",
        {"lot_id": RESERVED, "compliance_year": 2003, "restriction": "SPECIAL_RESERVE"},
    ),
    (
        "early action credits before 2004",
        elect((EARLY, 100)),
        "NOT_USABLE_THIS_YEAR",
        "RB 4.11.5",
        {"lot_id": EARLY, "compliance_year": 2003},
    ),
]


@pytest.mark.parametrize(
    ("sentence", "message", "code", "section", "facts"), REFUSALS, ids=map(itemgetter(0), REFUSALS)
)
def test_refusal(
    elections: TrueUpLedger,
    sentence: str,
    message: ElectSurrender,
    code: str,
    section: str,
    facts: dict[str, Fact],
) -> None:
    before = elections.ledger.tables()
    elections.ledger.when(message)
    elections.ledger.refused(code, section, facts)
    assert elections.ledger.tables() == before


class TestWhoAndWhen:
    def test_who_owes_nothing_elects_nothing(self, elections: TrueUpLedger) -> None:
        elections.ledger.given_holder("company-c")
        elections.ledger.given_lot("company-c/1", 100, 2003)
        elections.ledger.when(elect((OWN, 100), account="company-c/1"), "company-c")
        elections.ledger.refused("NOTHING_OWED", "RB 4.7", {"compliance_year": 2003})

    def test_after_the_settlement_it_is_too_late(self, elections: TrueUpLedger) -> None:
        elections.reaches(2003, Stage.CURE)
        elections.ledger.when(elect((OWN, 100)))
        facts = elections.not_open(2003, "elections_at", "settles_at")
        elections.ledger.refused("STAGE_NOT_OPEN", "RB 4.7", facts)

    def test_early_action_credits_are_their_first_owners(self, elections: TrueUpLedger) -> None:
        lot = elections.ledger.given_lot(
            "company-a/1", 100, 2003, Instrument.XE, first_owner="company-b"
        )
        elections.reaches(2004, Stage.ELECTIONS)
        elections.ledger.when(elect((lot, 100), year=2004))
        elections.ledger.refused("NOT_FIRST_OWNER", "RB 4.3")

    def test_offsets_are_not_usable_where_no_limit_is_set(self, ledger: Ledger) -> None:
        true_up = TrueUpLedger(ledger, PHASE_2)
        true_up.member("company-a", 100_000, first_year=2007)
        lot = ledger.given_lot("company-a/1", 100, 2007, Instrument.XSO)
        true_up.reaches(2007, Stage.ELECTIONS)
        ledger.when(elect((lot, 100), year=2007))
        ledger.refused("NOT_USABLE_THIS_YEAR", "RB 4.11.5")

    def test_single_tonnes_are_surrendered_as_whole_cfis(self, elections: TrueUpLedger) -> None:
        lot = elections.ledger.lots("company-a/1")[0]
        elections.ledger.given(put(LOTS, "company-a/1", replace(lot, single_ton=True)))
        elections.ledger.when(elect((OWN, 150)))
        elections.ledger.refused("NOT_WHOLE_CFIS", "RB 4.3", {"asked": 150})

    def test_a_full_account_takes_no_split(
        self, elections: TrueUpLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = elections.ledger.overlay
        count = rows.row_count(b"Acompany-a/1")  # type: ignore[arg-type]
        monkeypatch.setattr("cfi.contracts.state.view.ROWS_KEPT_FOR_SAFETY", 0)
        monkeypatch.setattr(
            "cfi.contracts.state.view.MAX_ROWS_PER_OWNER", count + ROWS_KEPT_FOR_DUE_WORK
        )
        elections.ledger.when(elect((OWN, 100)))
        elections.ledger.refused("ACCOUNT_FULL", "RB 5.3.2", {"account_id": "company-a/1"})

    def test_a_full_holder_takes_no_record(
        self, elections: TrueUpLedger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert MAX_ROWS_PER_OWNER > 1
        monkeypatch.setattr("cfi.contracts.state.view.MAX_ROWS_PER_OWNER", 1)
        elections.ledger.when(elect((OWN, 100)))
        elections.ledger.refused("TOO_MANY_RECORDS", "ours", {"lots": 1})
