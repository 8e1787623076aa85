"""RB 6.6: an officer attests that data are unavailable."""

import pytest

from cfi.contracts.wire.messages.baseline.attest_missing_data import AttestMissingData
from cfi.contracts.wire.text import FacilityId, Identifier
from tests.contracts.filings import A, B, FilingLedger, facility, opt_ins


def attest(facility_id: str) -> AttestMissingData:
    return AttestMissingData(facility_id=FacilityId(facility_id))


class TestWhatAttestingDoes:
    def test_it_is_kept_with_the_facility(self, filing: FilingLedger) -> None:
        filing.files(facility())
        filing.does(attest("plant-1"))
        assert filing.facility("plant-1").data_attested_at == filing.ledger.now


@pytest.mark.parametrize("facility_id", ["nowhere", "plant-b"], ids=["no such", "another's"])
def test_a_foreign_facility_answers_like_none(filing: FilingLedger, facility_id: str) -> None:
    filing.files(facility())
    filing.files(facility("plant-b"), by=B)
    before = filing.ledger.tables()
    filing.ledger.when(attest(facility_id), A)
    filing.ledger.refused("UNKNOWN_FACILITY", "RB 6.4", {"facility_id": facility_id})
    assert filing.ledger.tables() == before


def test_once_the_baseline_stands_nothing_is_attested(filing: FilingLedger) -> None:
    filing.established()
    filing.ledger.when(attest("plant-1"), A)
    filing.ledger.refused("BASELINE_STANDS", "RB 6.1", {})


def test_a_country_opted_in_later_opens_its_facilities_only(filing: FilingLedger) -> None:
    filing.does(opt_ins())
    filing.established()
    filing.does(opt_ins(countries=(Identifier("MX"),)))
    filing.files(facility("kiln", country=Identifier("MX")))
    filing.does(attest("kiln"))
    filing.ledger.when(attest("plant-1"), A)
    filing.ledger.refused("BASELINE_STANDS", "RB 6.4", {"facility_id": "plant-1"})
