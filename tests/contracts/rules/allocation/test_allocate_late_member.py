"""RB 2.7.1, 4.7: a Member that enrolled late is allocated to by itself."""

from operator import itemgetter

import pytest

from cfi.contracts.state.view import StateView
from cfi.contracts.wire.messages.allocation.allocate_late_member import AllocateLateMember
from cfi.contracts.wire.refusal import Fact
from cfi.contracts.wire.text import HolderId
from tests.contracts.filings import A, B, FilingLedger
from tests.contracts.ledger import EXCHANGE, Ledger

LATE = HolderId("late")


@pytest.fixture
def later(ledger: Ledger) -> FilingLedger:
    """Company A is allocated to with 3% withheld; `late` enrolls in 2005, company B has no baseline."""
    filing = FilingLedger(ledger)
    filing.established()
    filing.allocated(withheld_bps=300)
    ledger.given_holder(LATE, first_year=2005)
    filing.established(member=LATE)
    return filing


class TestWhatItDoes:
    def test_all_years_bind_it_and_those_before_it_enrolled_can_t_be_sold(
        self, later: FilingLedger
    ) -> None:
        later.does(AllocateLateMember(member=LATE), EXCHANGE)
        later.ledger.pass_time()
        assert {
            lot.vintage: (lot.tonnes, lot.restrictions) for lot in later.ledger.lots("late/1")
        } == {
            2003: (960_300, 1),
            2004: (950_600, 1),
            2005: (940_900, 0),
            2006: (931_200, 0),
        }

    def test_as_much_is_withheld_as_from_the_others(self, later: FilingLedger) -> None:
        later.does(AllocateLateMember(member=LATE), EXCHANGE)
        later.ledger.pass_time()
        ours = {year: row.withheld_tonnes for year, row in later.allocations(LATE).items()}
        theirs = {year: row.withheld_tonnes for year, row in later.allocations(A).items()}
        assert ours == theirs == {2003: 29_700, 2004: 29_400, 2005: 29_100, 2006: 28_800}

    def test_nobody_else_is_served(self, later: FilingLedger) -> None:
        later.established(member=B)
        later.does(AllocateLateMember(member=LATE), EXCHANGE)
        assert later.ledger.pass_time() == 2
        assert later.allocations(B) == {}


REFUSALS: list[tuple[str, HolderId, str, str, dict[str, Fact]]] = [
    ("nobody", HolderId("x"), "UNKNOWN_MEMBER", "RB 2.2.1", {"member": "x"}),
    ("without a baseline", B, "NO_BASELINE", "RB 6.5.1", {}),
    ("allocated to already", A, "ALREADY_ALLOCATED", "RB 4.6", {"member": A}),
]


@pytest.mark.parametrize(
    ("sentence", "member", "code", "section", "facts"), REFUSALS, ids=map(itemgetter(0), REFUSALS)
)
def test_refusal(
    later: FilingLedger,
    sentence: str,
    member: HolderId,
    code: str,
    section: str,
    facts: dict[str, Fact],
) -> None:
    before = later.ledger.tables()
    later.ledger.when(AllocateLateMember(member=member), EXCHANGE)
    later.ledger.refused(code, section, facts)
    assert later.ledger.tables() == before, sentence


def test_there_was_a_run_before(filing: FilingLedger) -> None:
    filing.established()
    filing.ledger.when(AllocateLateMember(member=A), EXCHANGE)
    filing.ledger.refused("NO_ALLOCATION_RUN", "RB 4.12", {})


def test_the_exchange_has_room_for_so_many_records(
    later: FilingLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StateView, "holder_has_room", lambda *_: False)
    later.ledger.when(AllocateLateMember(member=LATE), EXCHANGE)
    later.ledger.refused("TOO_MANY_RECORDS", "RB 4.6", {})
