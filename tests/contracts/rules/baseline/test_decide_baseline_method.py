"""RB 6.4, 6.6: the Environmental Compliance Committee decides."""

from operator import itemgetter
from typing import Any

import pytest

from cfi.contracts.wire.emissions import YearTonnes
from cfi.contracts.wire.messages.baseline.decide_baseline_method import DecideBaselineMethod
from cfi.contracts.wire.quantities import BasisPoints, Tonnes, Year
from cfi.contracts.wire.refusal import Fact
from cfi.contracts.wire.text import FacilityId, HolderId, Text
from tests.contracts.filings import A, B, FilingLedger, facility
from tests.contracts.ledger import EXCHANGE


def figures(*years: int) -> tuple[YearTonnes, ...]:
    return tuple(YearTonnes(year=Year(year), tonnes=Tonnes(7)) for year in years)


def decide(**change: Any) -> DecideBaselineMethod:
    lawful: dict[str, Any] = {
        "member": A,
        "facility_id": FacilityId("joint"),
        "excluded": True,
        "figures": (),
        "method": Text("the operator refuses access"),
    }
    return DecideBaselineMethod(**lawful | change)


@pytest.fixture
def filed(filing: FilingLedger) -> FilingLedger:
    """A joint facility of a half share, one of a little more, and one of another Member."""
    filing.files(
        facility("joint", owner_share_bps=BasisPoints(5_000)),
        facility("most", owner_share_bps=BasisPoints(5_001)),
    )
    filing.files(facility("theirs"), by=B)
    return filing


class TestWhatDecidingDoes:
    def test_half_a_facility_may_be_left_out(self, filed: FilingLedger) -> None:
        filed.does(decide(), EXCHANGE)
        decision = filed.facility("joint").decision
        assert decision is not None
        assert (decision.excluded, decision.method) == (True, "the operator refuses access")

    def test_figures_may_be_set_whatever_the_share(self, filed: FilingLedger) -> None:
        message = decide(
            facility_id=FacilityId("most"), excluded=False, figures=figures(1998, 2003)
        )
        filed.does(message, EXCHANGE)
        decision = filed.facility("most").decision
        assert decision is not None
        assert decision.figures == figures(1998, 2003)


REFUSALS: list[tuple[str, dict[str, Any], str, str, dict[str, Fact]]] = [
    (
        "more than half isn't left out",
        {"facility_id": FacilityId("most")},
        "SHARE_TOO_LARGE",
        "RB 6.4",
        {"facility_id": "most"},
    ),
    (
        "a facility that isn't there",
        {"facility_id": FacilityId("nowhere")},
        "UNKNOWN_FACILITY",
        "RB 6.4",
        {"facility_id": "nowhere"},
    ),
    (
        "another Member's answers the same",
        {"facility_id": FacilityId("theirs")},
        "UNKNOWN_FACILITY",
        "RB 6.4",
        {"facility_id": "theirs"},
    ),
    (
        "nobody's facility",
        {"member": HolderId("nobody")},
        "UNKNOWN_MEMBER",
        "RB 2.2.1",
        {"member": "nobody"},
    ),
    (
        "each year has one figure",
        {"figures": figures(1999, 1999)},
        "YEARS_OUT_OF_ORDER",
        "RB 6.6",
        {"year": 1999},
    ),
    (
        "a year is of the data",
        {"figures": figures(2004)},
        "YEARS_OUT_OF_ORDER",
        "RB 6.6",
        {"year": 2004},
    ),
]


@pytest.mark.parametrize(
    ("sentence", "change", "code", "section", "facts"), REFUSALS, ids=map(itemgetter(0), REFUSALS)
)
def test_refusal(
    filed: FilingLedger,
    sentence: str,
    change: dict[str, Any],
    code: str,
    section: str,
    facts: dict[str, Fact],
) -> None:
    before = filed.ledger.tables()
    filed.ledger.when(decide(**change), EXCHANGE)
    filed.ledger.refused(code, section, facts)
    assert filed.ledger.tables() == before, sentence


def test_once_the_baseline_stands_nothing_is_decided(filing: FilingLedger) -> None:
    filing.established()
    filing.ledger.when(decide(facility_id=FacilityId("plant-1")), EXCHANGE)
    filing.ledger.refused("BASELINE_STANDS", "RB 6.1", {})
