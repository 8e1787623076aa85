"""RB 6.4, 6.5: a Member files its facilities."""

from operator import itemgetter
from typing import Any

import pytest

from cfi.contracts.state.view import StateView
from cfi.contracts.wire.emissions import GasTonnes, YearEmissions
from cfi.contracts.wire.messages.baseline.attest_missing_data import AttestMissingData
from cfi.contracts.wire.quantities import BasisPoints, Tonnes, Year
from cfi.contracts.wire.refusal import Fact
from cfi.contracts.wire.text import FacilityId, Identifier
from tests.contracts.filings import A, FilingLedger, day, emissions, every_year, facility, opt_ins

Facts = dict[str, Fact]


class TestWhatFilingDoes:
    def test_a_facility_is_kept_as_filed(self, filing: FilingLedger) -> None:
        filing.files(facility(owner_share_bps=BasisPoints(6_000)))
        row = filing.facility("plant-1")
        assert (row.owner_share_bps, row.filed_at) == (6_000, filing.ledger.now)
        assert [year.tonnes for year in row.emissions] == [100_000] * 4

    def test_gases_add_up(self, filing: FilingLedger) -> None:
        gases = (
            GasTonnes(gas=Identifier("CO2"), tonnes=Tonnes(100)),
            GasTonnes(gas=Identifier("CH4"), tonnes=Tonnes(21)),
        )
        filing.files(
            facility(emissions=(YearEmissions(year=Year(1998), covered_days=None, gases=gases),))
        )
        assert filing.facility("plant-1").emissions[0].tonnes == 121

    def test_a_single_day_and_whole_years_of_days_may_be_filed(self, filing: FilingLedger) -> None:
        years = emissions((1998, 1, 365), (2000, 1, 366), (2003, 1, 1))
        one_day = day("2003-05-05")
        filing.files(facility(in_service=one_day, shut_down=one_day, emissions=years))
        assert filing.facility("plant-1").emissions == years

    def test_a_new_statement_replaces_the_old_with_its_attestation(
        self, filing: FilingLedger
    ) -> None:
        filing.files(facility())
        filing.does(AttestMissingData(facility_id=FacilityId("plant-1")))
        filing.files(facility(activity=Identifier("lime")))
        row = filing.facility("plant-1")
        assert (row.activity, row.data_attested_at) == ("lime", None)

    def test_a_country_opted_in_later_opens_the_baseline(self, filing: FilingLedger) -> None:
        filing.does(opt_ins())
        filing.established()
        filing.does(opt_ins(countries=(Identifier("MX"),)))
        filing.files(facility("kiln", country=Identifier("MX")))
        assert filing.facility("kiln").country == "MX"


REFUSALS: list[tuple[str, dict[str, Any], str, str, Facts]] = [
    (
        "no facility emits more than 100,000,000 t a year, all gases together",
        {"emissions": every_year(100_000_001)},
        "TOO_MANY_TONNES",
        "RB 6.4",
        {"year": 1998, "tonnes": 100_000_001},
    ),
    (
        "a share is more than nothing",
        {"owner_share_bps": BasisPoints(0)},
        "SHARE_TOO_LARGE",
        "RB 6.4",
        {"owner_share_bps": 0},
    ),
    (
        "a share is at most the whole",
        {"owner_share_bps": BasisPoints(10_001)},
        "SHARE_TOO_LARGE",
        "RB 6.4",
        {"owner_share_bps": 10_001},
    ),
    (
        "nothing is shut down before it is in service",
        {"in_service": day("2000-01-02"), "shut_down": day("2000-01-01")},
        "DATES_OUT_OF_ORDER",
        "RB 6.5.3",
        {"in_service": day("2000-01-02"), "shut_down": day("2000-01-01")},
    ),
    (
        "each year is filed once",
        {"emissions": emissions((1999, 1), (1999, 1))},
        "YEARS_OUT_OF_ORDER",
        "RB 6.6",
        {"year": 1999},
    ),
    (
        "1997 is no year of data",
        {"emissions": emissions((1997, 1))},
        "YEARS_OUT_OF_ORDER",
        "RB 6.6",
        {"year": 1997},
    ),
    (
        "2004 is no year of data",
        {"emissions": emissions((2004, 1))},
        "YEARS_OUT_OF_ORDER",
        "RB 6.6",
        {"year": 2004},
    ),
    (
        "a common year has 365 days",
        {"emissions": emissions((1999, 1, 366))},
        "TOO_MANY_DAYS",
        "RB 6.6.1",
        {"year": 1999, "covered_days": 366},
    ),
    (
        "a gas is in the table",
        {
            "emissions": (
                YearEmissions(
                    year=Year(1998),
                    covered_days=None,
                    gases=(GasTonnes(gas=Identifier("H2O"), tonnes=Tonnes(1)),),
                ),
            )
        },
        "UNKNOWN_GAS",
        "RB Table 7.1",
        {"gas": "H2O"},
    ),
]


@pytest.mark.parametrize(
    ("sentence", "change", "code", "section", "facts"), REFUSALS, ids=map(itemgetter(0), REFUSALS)
)
def test_refusal(
    filing: FilingLedger,
    sentence: str,
    change: dict[str, Any],
    code: str,
    section: str,
    facts: Facts,
) -> None:
    before = filing.ledger.tables()
    filing.ledger.when(facility(**change), A)
    filing.ledger.refused(code, section, facts)
    assert filing.ledger.tables() == before, sentence


def test_once_the_baseline_stands_nothing_is_filed(filing: FilingLedger) -> None:
    filing.established()
    before = filing.ledger.tables()
    filing.ledger.when(facility("plant-2"), A)
    filing.ledger.refused("BASELINE_STANDS", "RB 6.1", {})
    assert filing.ledger.tables() == before


OPENED: list[tuple[str, str, str]] = [
    ("none of the baseline is filed anew", "plant-1", "US"),
    ("it doesn't move there either", "plant-1", "MX"),
    ("none of another country is added", "plant-2", "US"),
    ("what was acquired isn't filed", "plant-3", "MX"),
]


@pytest.mark.parametrize(
    ("sentence", "facility_id", "country"), OPENED, ids=map(itemgetter(0), OPENED)
)
def test_a_country_opted_in_later_opens_nothing_else(
    filing: FilingLedger, sentence: str, facility_id: str, country: str
) -> None:
    filing.does(opt_ins())
    filing.established()
    filing.acquires("plant-3", 100, "2003-01-01")
    filing.does(opt_ins(countries=(Identifier("MX"),)))
    before = filing.ledger.tables()
    filing.ledger.when(facility(facility_id, country=Identifier(country)), A)
    filing.ledger.refused("BASELINE_STANDS", "RB 6.4", {"facility_id": facility_id})
    assert filing.ledger.tables() == before, sentence


def test_a_holder_has_room_for_so_many_records(
    filing: FilingLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StateView, "holder_has_room", lambda *_: False)
    filing.ledger.when(facility(), A)
    filing.ledger.refused("TOO_MANY_RECORDS", "RB 6.4", {})


def test_the_most_that_a_facility_may_emit(filing: FilingLedger) -> None:
    filing.files(facility(emissions=every_year(100_000_000)))
