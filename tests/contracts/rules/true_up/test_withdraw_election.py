"""RB 4.7: until the settlement a Member may change its mind."""

from dataclasses import replace
from operator import itemgetter

import pytest

from cfi.contracts.state.changes import drop, put
from cfi.contracts.state.rows.true_up import ELECTIONS, Stage
from cfi.contracts.wire.messages.true_up.withdraw_election import WithdrawElection
from cfi.contracts.wire.quantities import Year
from cfi.contracts.wire.text import AccountId, LotId
from tests.contracts.true_up import TrueUpLedger

EARLIER = "XA-2003-0000000001"
LATER = "XA-2003-0000000301"
ANOTHERS = "XA-2003-0000000601"


@pytest.fixture
def elections(true_up: TrueUpLedger) -> TrueUpLedger:
    """company-a has chosen two lots, company-b one."""
    for holder in ("company-a", "company-a", "company-b"):
        true_up.member(holder, 100_000)
        true_up.emitted(holder, 2003, 300)
        true_up.ledger.given_lot(f"{holder}/1", 300, 2003)
    true_up.reaches(2003, Stage.ELECTIONS)
    true_up.elects("company-a", 2003, (EARLIER, 300), (LATER, 300))
    true_up.elects("company-b", 2003, (ANOTHERS, 300))
    return true_up


def withdraw(lot: str, account: str = "company-a/1", year: int = 2003) -> WithdrawElection:
    return WithdrawElection(
        compliance_year=Year(year), account_id=AccountId(account), lot_id=LotId(lot)
    )


class TestWhatWithdrawingDoes:
    def test_the_lot_is_free_and_the_next_one_is_taken(self, elections: TrueUpLedger) -> None:
        elections.ledger.when(withdraw(EARLIER))
        elections.ledger.done()
        assert elections.ledger.lots("company-a/1")[0].lock is None
        elections.reaches(2003, Stage.CURE)
        assert elections.ledger.retired("company-a/2") == [f"{LATER}-0000000600"]

    def test_who_withdraws_everything_is_as_if_it_had_chosen_nothing(
        self, elections: TrueUpLedger
    ) -> None:
        elections.ledger.when(withdraw(LATER))
        elections.ledger.when(withdraw(EARLIER))
        elections.reaches(2003, Stage.CURE)
        assert elections.ledger.retired("company-a/2") == [f"{EARLIER}-0000000300"]


REFUSALS = [
    ("a lot that wasn't chosen", withdraw("XA-2003-0000009901"), "UNKNOWN_ELECTION"),
    ("another's choice answers like none", withdraw(ANOTHERS, "company-b/1"), "UNKNOWN_ELECTION"),
    ("the lot in another account", withdraw(EARLIER, "company-a/2"), "UNKNOWN_ELECTION"),
    ("a year that isn't on the calendar", withdraw(EARLIER, year=2004), "STAGE_NOT_OPEN"),
]


@pytest.mark.parametrize(
    ("sentence", "message", "code"), REFUSALS, ids=map(itemgetter(0), REFUSALS)
)
def test_refusal(
    elections: TrueUpLedger, sentence: str, message: WithdrawElection, code: str
) -> None:
    before = elections.ledger.tables()
    elections.ledger.when(message)
    elections.ledger.refused(code, "RB 4.7")
    assert elections.ledger.tables() == before


def test_after_the_settlement_it_is_too_late(elections: TrueUpLedger) -> None:
    elections.reaches(2003, Stage.CURE)
    elections.ledger.when(withdraw(EARLIER))
    facts = elections.not_open(2003, "elections_at", "settles_at")
    elections.ledger.refused("STAGE_NOT_OPEN", "RB 4.7", facts)


def test_a_lot_chosen_for_another_year_is_unknown_in_this_one(elections: TrueUpLedger) -> None:
    ledger = elections.ledger
    (first, _) = ledger.state.elections.of("company-a").all()
    ledger.given(drop(ELECTIONS, "company-a", first))
    ledger.given(put(ELECTIONS, "company-a", replace(first, year=Year(2004))))
    ledger.when(withdraw(EARLIER))
    ledger.refused("UNKNOWN_ELECTION", "RB 4.7", {"lot_id": EARLIER})


@pytest.mark.parametrize(("lot", "found"), [(EARLIER, True), ("XA-2003-0000009901", False)])
def test_what_is_looked_through_is_work(
    elections: TrueUpLedger, monkeypatch: pytest.MonkeyPatch, lot: str, *, found: bool
) -> None:
    monkeypatch.setattr("cfi.contracts.rules.true_up.withdraw_election._ELECTIONS_PER_WORK_UNIT", 1)
    assert elections.ledger.when(withdraw(lot)).done == found
    assert elections.ledger.gas == 2
