"""RB 6.5.5: a Member reports a facility sold."""

from operator import itemgetter

import pytest

from cfi.contracts.state.rows.baseline import ChangeKind
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.messages.baseline.record_sale import RecordSale
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.refusal import Fact
from cfi.contracts.wire.text import FacilityId, Identifier
from tests.contracts.filings import A, B, FilingLedger, day, every_year, facility


def sell(facility_id: str = "plant-1", tonnes: int = 300_000) -> RecordSale:
    return RecordSale(
        facility_id=FacilityId(facility_id),
        baseline_tonnes=Tonnes(tonnes),
        first_day=day("2003-07-01"),
    )


@pytest.fixture
def established(filing: FilingLedger) -> FilingLedger:
    """A Member with a plant of 1,000,000 t and a small source that isn't in its baseline."""
    filing.files(facility("boiler", activity=Identifier("heat"), emissions=every_year(1)))
    filing.established()
    filing.established(member=B)
    return filing


class TestWhatAReportDoes:
    def test_it_is_kept_until_allowances_are_adjusted(self, established: FilingLedger) -> None:
        established.does(sell())
        (change,) = established.changes()
        assert (change.kind, change.baseline_tonnes) == (ChangeKind.SALE, 300_000)
        assert change.adjusted_at is None

    def test_a_facility_may_go_in_parts(self, established: FilingLedger) -> None:
        established.does(sell(tonnes=300_000))
        established.sells("plant-1", 700_000, "2003-08-01")
        assert len(established.changes()) == 2

    def test_two_parts_of_one_day_both_count(self, established: FilingLedger) -> None:
        established.does(sell(tonnes=300_000))
        established.does(sell(tonnes=700_000))
        parts = [(change.number, change.baseline_tonnes) for change in established.changes()]
        assert parts == [(1, 300_000), (2, 700_000)]

    def test_what_was_acquired_may_be_sold(self, established: FilingLedger) -> None:
        established.acquires("plant-4", 200_000, "2003-06-01")
        established.does(sell("plant-4", 200_000))
        assert len(established.changes()) == 2


REFUSALS: list[tuple[str, RecordSale, str, dict[str, Fact]]] = [
    ("no such facility", sell("nowhere"), "UNKNOWN_FACILITY", {"facility_id": "nowhere"}),
    ("one that isn't included", sell("boiler", 1), "UNKNOWN_FACILITY", {"facility_id": "boiler"}),
    (
        "no more than it stands for",
        sell(tonnes=1_000_001),
        "MORE_THAN_FACILITY",
        {"asked": 1_000_001, "held": 1_000_000},
    ),
]


@pytest.mark.parametrize(
    ("sentence", "message", "code", "facts"), REFUSALS, ids=map(itemgetter(0), REFUSALS)
)
def test_refusal(
    established: FilingLedger, sentence: str, message: RecordSale, code: str, facts: dict[str, Fact]
) -> None:
    before = established.ledger.tables()
    established.ledger.when(message, A)
    established.ledger.refused(code, "RB 6.5.5", facts)
    assert established.ledger.tables() == before, sentence


def test_there_is_a_baseline_first(filing: FilingLedger) -> None:
    filing.ledger.when(sell(), A)
    filing.ledger.refused("NO_BASELINE", "RB 6.5.1", {})


def test_a_holder_has_room_for_so_many_records(
    established: FilingLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StateView, "holder_has_room", lambda *_: False)
    established.ledger.when(sell(), A)
    established.ledger.refused("TOO_MANY_RECORDS", "RB 6.5.5", {})


def test_nothing_goes_before_it_came(established: FilingLedger) -> None:
    established.acquires("plant-4", 200_000, "2004-06-01")
    before = established.ledger.tables()
    facts: dict[str, Fact] = {"facility_id": "plant-4", "first_day": day("2003-07-01")}
    established.ledger.when(sell("plant-4", 200_000), A)
    established.ledger.refused("DATES_OUT_OF_ORDER", "RB 6.5.5", facts)
    assert established.ledger.tables() == before
    established.sells("plant-4", 200_000, "2004-06-01")


def test_a_part_that_went_earlier_may_be_reported_later(established: FilingLedger) -> None:
    established.sells("plant-1", 700_000, "2004-08-01")
    established.does(sell(tonnes=300_000))


def test_it_is_no_more_than_is_reckoned_with_at_once(
    established: FilingLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cfi.contracts.rules.baseline.record_sale.MAX_BASELINE_CHANGES", 1)
    established.does(sell(tonnes=1))
    established.ledger.when(sell(tonnes=1), A)
    established.ledger.refused("TOO_MANY_RECORDS", "RB 6.5.5", {})
