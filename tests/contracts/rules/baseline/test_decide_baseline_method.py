"""RB 6.4, 6.6: the Environmental Compliance Committee decides."""

from operator import itemgetter
from typing import Any

import pytest

from cfi.contracts.state.filings import filing_hash
from cfi.contracts.wire.emissions import YearTonnes
from cfi.contracts.wire.messages.baseline.attest_missing_data import AttestMissingData
from cfi.contracts.wire.messages.baseline.decide_baseline_method import DecideBaselineMethod
from cfi.contracts.wire.quantities import BasisPoints, Tonnes, Year
from cfi.contracts.wire.refusal import Fact
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import FacilityId, HolderId, Identifier, Text
from tests.contracts.filings import NO_HASH, A, B, FilingLedger, facility, opt_ins
from tests.contracts.ledger import EXCHANGE


def figures(*years: int) -> tuple[YearTonnes, ...]:
    return tuple(YearTonnes(year=Year(year), tonnes=Tonnes(7)) for year in years)


def decide(filing: FilingLedger, **change: Any) -> DecideBaselineMethod:
    """A lawful decision on a facility as the ledger has it."""
    facility_id = change.get("facility_id", "joint")
    lawful: dict[str, Any] = {
        "member": A,
        "facility_id": FacilityId(facility_id),
        "filing_hash": hash_of(filing, facility_id),
        "excluded": True,
        "figures": (),
        "method": Text("the operator refuses access"),
    }
    return DecideBaselineMethod(**lawful | change)


def hash_of(filing: FilingLedger, facility_id: str) -> Hash:
    row = filing.ledger.state.facilities.of(A).get(facility_id)
    return NO_HASH if row is None else filing_hash(row)


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
        filed.does(decide(filed), EXCHANGE)
        decision = filed.facility("joint").decision
        assert decision is not None
        assert (decision.excluded, decision.method) == (True, "the operator refuses access")

    def test_figures_may_be_set_whatever_the_share(self, filed: FilingLedger) -> None:
        message = decide(
            filed, facility_id=FacilityId("most"), excluded=False, figures=figures(1998, 2003)
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
    filed.ledger.when(decide(filed, **change), EXCHANGE)
    filed.ledger.refused(code, section, facts)
    assert filed.ledger.tables() == before, sentence


def test_once_the_baseline_stands_nothing_is_decided(filing: FilingLedger) -> None:
    filing.established()
    filing.ledger.when(decide(filing, facility_id=FacilityId("plant-1")), EXCHANGE)
    filing.ledger.refused("BASELINE_STANDS", "RB 6.1", {})


def test_a_country_opted_in_later_opens_its_facilities_only(filing: FilingLedger) -> None:
    filing.does(opt_ins())
    filing.established()
    filing.does(opt_ins(countries=(Identifier("MX"),)))
    filing.ledger.when(decide(filing, facility_id=FacilityId("plant-1")), EXCHANGE)
    filing.ledger.refused("BASELINE_STANDS", "RB 6.4", {"facility_id": "plant-1"})


class TestWhatIsApproved:
    """RB 3.6: the second person approves a decision on the facility that the first saw."""

    def test_another_filing_is_another_decision(self, filed: FilingLedger) -> None:
        proposed = decide(filed)
        filed.files(facility("joint", owner_share_bps=BasisPoints(4_000)))
        before = filed.ledger.tables()
        filed.ledger.when(proposed, EXCHANGE)
        filed.ledger.refused("INPUTS_CHANGED", "RB 3.6", {"what": "filing_hash"})
        assert filed.ledger.tables() == before

    def test_an_attestation_changes_nothing_of_it(self, filed: FilingLedger) -> None:
        proposed = decide(filed)
        filed.does(AttestMissingData(facility_id=FacilityId("joint")))
        filed.does(proposed, EXCHANGE)
