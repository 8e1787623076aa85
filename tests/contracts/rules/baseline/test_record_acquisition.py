"""RB 6.5.4: a Member reports a facility acquired."""

from dataclasses import replace

import pytest

from cfi.contracts.state.rows.baseline import ChangeKind
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.messages.baseline.record_acquisition import RecordAcquisition
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.text import FacilityId
from tests.contracts.filings import A, FilingLedger, day


def acquire(facility_id: str = "plant-4") -> RecordAcquisition:
    return RecordAcquisition(
        facility_id=FacilityId(facility_id),
        baseline_tonnes=Tonnes(200_000),
        first_day=day("2003-07-01"),
    )


class TestWhatAReportDoes:
    def test_it_is_kept_until_allowances_are_adjusted(self, filing: FilingLedger) -> None:
        filing.established()
        filing.does(acquire())
        (change,) = filing.changes()
        assert (change.kind, change.baseline_tonnes) == (ChangeKind.ACQUISITION, 200_000)
        assert (change.first_day, change.adjusted_at) == (day("2003-07-01"), None)
        assert filing.baseline().years[0].tonnes == 1_000_000

    def test_what_was_sold_may_be_acquired_again(self, filing: FilingLedger) -> None:
        filing.established()
        filing.sells("plant-1", 1_000_000, "2003-03-01")
        filing.acquires("plant-1", 900_000, "2003-07-01")
        assert [change.kind for change in filing.changes()] == [
            ChangeKind.SALE,
            ChangeKind.ACQUISITION,
        ]

    def test_it_may_come_go_and_come_again_on_one_day(self, filing: FilingLedger) -> None:
        filing.established()
        filing.does(acquire())
        filing.sells("plant-4", 200_000, "2003-07-01")
        filing.does(acquire())
        assert [change.number for change in filing.changes()] == [1, 2, 3]


def test_there_is_a_baseline_first(filing: FilingLedger) -> None:
    filing.ledger.when(acquire(), A)
    filing.ledger.refused("NO_BASELINE", "RB 6.5.1", {})


@pytest.mark.parametrize("facility_id", ["plant-1", "plant-4"], ids=["filed", "acquired"])
def test_a_facility_of_its_own_isn_t_acquired(filing: FilingLedger, facility_id: str) -> None:
    filing.established()
    filing.does(acquire("plant-4"))
    before = filing.ledger.tables()
    filing.ledger.when(acquire(facility_id), A)
    filing.ledger.refused("FACILITY_HELD", "RB 6.5.4", {"facility_id": facility_id})
    assert filing.ledger.tables() == before


def test_a_holder_has_room_for_so_many_records(
    filing: FilingLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing.established()
    monkeypatch.setattr(StateView, "holder_has_room", lambda *_: False)
    filing.ledger.when(acquire(), A)
    filing.ledger.refused("TOO_MANY_RECORDS", "RB 6.5.4", {})


def test_nobody_acquires_more_than_a_facility_can_emit(filing: FilingLedger) -> None:
    filing.established()
    filing.acquires("plant-4", 100_000_000, "2003-07-01")
    too_large = replace(acquire("plant-5"), baseline_tonnes=Tonnes(100_000_001))
    filing.ledger.when(too_large, A)
    filing.ledger.refused("TOO_MANY_TONNES", "RB 6.5.4", {"tonnes": 100_000_001})


def test_nor_more_than_a_member_s_baseline_can_be_whatever_it_sold(filing: FilingLedger) -> None:
    """RB 6.5.6: what can't be adjusted for would hold up every later report."""
    filing.established(1_000_000)
    for number in range(9):
        filing.acquires(f"bought-{number}", 100_000_000, "2003-07-01")
    filing.sells("bought-0", 100_000_000, "2003-07-01")
    filing.ledger.when(replace(acquire("last"), baseline_tonnes=Tonnes(99_000_001)), A)
    filing.ledger.refused("TOO_MANY_TONNES", "RB 6.5.4", {"baseline_tonnes": 1_000_000_001})
    filing.acquires("last", 99_000_000, "2003-07-01")


def test_it_is_no_more_than_is_reckoned_with_at_once(
    filing: FilingLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing.established()
    monkeypatch.setattr("cfi.contracts.rules.baseline.record_acquisition.MAX_BASELINE_CHANGES", 1)
    filing.does(acquire("plant-4"))
    filing.ledger.when(acquire("plant-5"), A)
    filing.ledger.refused("TOO_MANY_RECORDS", "RB 6.5.4", {})
