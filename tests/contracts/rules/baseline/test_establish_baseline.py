"""RB 6.1, 6.4, 6.5, 6.6: a Member's baseline is worked out from what it filed."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from operator import itemgetter

import pytest

from cfi.contracts.state.filings import filing_hash
from cfi.contracts.state.rows.baseline import FACILITIES, OPT_INS, PERIOD_ELECTIONS
from cfi.contracts.wire.emissions import YearTonnes
from cfi.contracts.wire.messages.baseline.attest_missing_data import AttestMissingData
from cfi.contracts.wire.messages.baseline.decide_baseline_method import DecideBaselineMethod
from cfi.contracts.wire.messages.baseline.elect_baseline_period import ElectBaselinePeriod
from cfi.contracts.wire.quantities import BasisPoints, Count, Tonnes, Year
from cfi.contracts.wire.refusal import Fact
from cfi.contracts.wire.text import FacilityId, HolderId, Identifier, Text
from tests.contracts.filings import (
    PHASE_2,
    A,
    B,
    FilingLedger,
    day,
    emissions,
    establish,
    every_year,
    facility,
    opt_ins,
)
from tests.contracts.ledger import EXCHANGE, Ledger


def decision(
    filing: FilingLedger, facility_id: str, *, excluded: bool, **figures: int
) -> DecideBaselineMethod:
    return DecideBaselineMethod(
        member=A,
        facility_id=FacilityId(facility_id),
        filing_hash=filing_hash(filing.facility(facility_id)),
        excluded=excluded,
        figures=tuple(
            YearTonnes(year=Year(int(year[1:])), tonnes=Tonnes(tonnes))
            for year, tonnes in figures.items()
        ),
        method=Text("by production"),
    )


def reasons(filing: FilingLedger) -> dict[str, str]:
    return {one.facility_id: one.reason for one in filing.baseline().facilities}


class TestWhatTheRulebookPrints:
    def test_appendix_6_3_a_a_plant_shut_down_in_the_period(self, filing: FilingLedger) -> None:
        filing.files(
            facility(
                "plant-1",
                shut_down=day("1999-03-31"),
                emissions=emissions((1998, 50_000), (1999, 12_500, 90)),
            ),
            facility(
                "plant-2",
                emissions=emissions((1998, 50_000), (1999, 90_000), (2000, 85_000), (2001, 92_000)),
            ),
        )
        filing.establishes()
        filing.ledger.done(baseline_tonnes=94_900, nearest_tonne=94_875)
        baseline = filing.baseline()
        assert [one.tonnes for one in baseline.facilities] == [15_625, 79_250]
        assert (baseline.enrolment_tonnes, baseline.unrounded) == (94_900, "94875/1")

    @pytest.mark.parametrize(("tonnes", "mean"), [(150_000, 205_867), (245_000, 241_250)])
    def test_appendix_6_5_a_a_year_of_245_days_is_annualised(
        self, filing: FilingLedger, tonnes: int, mean: int
    ) -> None:
        others = ((1999, 200_000), (2000, 200_000), (2001, 200_000))
        filing.files(facility(emissions=emissions((1998, tonnes, 245), *others)))
        filing.does(AttestMissingData(facility_id=FacilityId("plant-1")))
        filing.establishes()
        four = filing.baseline().facilities[0]
        assert four.tonnes == mean, "with three years of 200,000 t"
        assert four.methods[0] == "1998 annualised"

    def test_file_14_the_county_takes_the_year_2000(self, ledger: Ledger) -> None:
        filing = FilingLedger(ledger, PHASE_2)
        ledger.given_holder("county", first_year=2007)
        filing.files(facility(emissions=emissions((2000, 259_904))), by="county")
        filing.does(ElectBaselinePeriod(period=Identifier("2000")), "county")
        filing.establishes("county")
        ledger.done(baseline_tonnes=259_900, nearest_tonne=259_904)
        assert filing.baseline("county").period == "2000"
        assert list(filing.baseline_by_year("county")) == [2007, 2008, 2009, 2010]


class TestWhatIsIncluded:
    def test_a_small_source_only_where_its_activity_is_opted_in(self, filing: FilingLedger) -> None:
        small = facility("boiler", activity=Identifier("heat"), emissions=every_year(1_000))
        filing.files(facility(), small)
        filing.does(opt_ins(small_source_activities=(Identifier("heat"),)))
        filing.establishes()
        assert reasons(filing) == {"boiler": "opted-in", "plant-1": "large-source"}
        assert filing.baseline().enrolment_tonnes == 101_000

    def test_a_small_source_that_nobody_opted_in_is_out(self, filing: FilingLedger) -> None:
        filing.files(
            facility(), facility("boiler", activity=Identifier("heat"), emissions=every_year(1_000))
        )
        filing.does(opt_ins())
        filing.establishes()
        assert reasons(filing)["boiler"] == "small-source"
        assert filing.baseline().enrolment_tonnes == 100_000

    def test_a_minor_share_only_where_its_activity_is_opted_in(self, filing: FilingLedger) -> None:
        shared = facility(
            "shared",
            activity=Identifier("glass"),
            owner_share_bps=BasisPoints(1_300),
            emissions=every_year(80_000),
        )
        filing.files(facility(), shared)
        filing.does(opt_ins(minor_ownership_activities=(Identifier("glass"),)))
        filing.establishes()
        assert reasons(filing)["shared"] == "opted-in"
        assert filing.baseline().enrolment_tonnes == 110_400

    def test_large_sources_abroad_only_where_the_country_is_opted_in(
        self, filing: FilingLedger
    ) -> None:
        filing.files(facility(), facility("mill", country=Identifier("CA")))
        filing.does(opt_ins(countries=(Identifier("CA"),)))
        filing.establishes()
        assert reasons(filing)["mill"] == "opted-in"

    def test_the_home_country_s_large_sources_are_in(self, filing: FilingLedger) -> None:
        filing.files(facility(), facility("mill", country=Identifier("CA")))
        filing.does(opt_ins(home_country=Identifier("CA")))
        filing.establishes()
        assert reasons(filing)["mill"] == "large-source"

    def test_power_is_judged_by_capacity(self, filing: FilingLedger) -> None:
        power = facility("unit", activity=Identifier("power"), capacity_kilowatts=Count(24_999))
        filing.files(facility(), power)
        filing.establishes()
        assert reasons(filing)["unit"] == "small-power"

    def test_a_share_that_the_committee_left_out_needs_no_data(self, filing: FilingLedger) -> None:
        filing.files(
            facility(), facility("joint", owner_share_bps=BasisPoints(4_000), emissions=())
        )
        filing.does(decision(filing, "joint", excluded=True), EXCHANGE)
        filing.establishes()
        assert reasons(filing)["joint"] == "excluded-by-committee"

    def test_the_committee_s_figures_stand_for_missing_years(self, filing: FilingLedger) -> None:
        filing.files(facility(emissions=emissions((1998, 100_000))))
        filing.does(
            decision(filing, "plant-1", excluded=False, y1999=1, y2000=2, y2001=100_001), EXCHANGE
        )
        filing.does(AttestMissingData(facility_id=FacilityId("plant-1")))
        filing.establishes()
        filing.ledger.done(nearest_tonne=50_001, baseline_tonnes=50_000)
        assert filing.baseline().facilities[0].methods[1:] == (
            "1999 committee",
            "2000 committee",
            "2001 committee",
        )

    def test_facilities_placed_into_service_in_the_period(self, filing: FilingLedger) -> None:
        filing.files(
            facility(
                in_service=day("1999-06-01"), emissions=emissions((2000, 40_000), (2001, 60_000))
            )
        )
        filing.establishes()
        filing.ledger.done(baseline_tonnes=50_000)


class TestWhatIsRecorded:
    def test_the_programme_wide_baseline_is_the_sum(self, filing: FilingLedger) -> None:
        filing.established(1_000_000, A)
        filing.established(500_000, B)
        totals = filing.totals()
        assert (totals.baseline_tonnes, totals.highest_baseline_tonnes, totals.members) == (
            1_500_000,
            1_500_000,
            2,
        )

    def test_a_first_baseline_is_told_to_nobody_else(self, filing: FilingLedger) -> None:
        before = filing.ledger.public_rows()
        filing.established()
        filing.established(2_000, B)
        assert filing.ledger.public_rows() == before

    def test_a_change_is_notified_without_name_or_figure(self, filing: FilingLedger) -> None:
        filing.files(facility(), facility("mill", country=Identifier("CA")))
        filing.does(opt_ins())
        filing.establishes()
        filing.does(opt_ins(countries=(Identifier("CA"),)))
        filing.establishes()
        (notice,) = filing.ledger.state.notices.all()
        assert (notice.number, notice.kind, notice.subject) == (1, 41, None)

    def test_the_hash_commits_to_what_was_filed(self, filing: FilingLedger) -> None:
        filing.established(1_000_000, A)
        filing.established(1_000_001, B)
        assert filing.baseline(A).inputs_hash != filing.baseline(B).inputs_hash

    def test_adding_a_country_in_2003_opens_it_again(self, filing: FilingLedger) -> None:
        filing.files(facility(), facility("mill", country=Identifier("CA")))
        filing.does(opt_ins())
        filing.establishes()
        assert filing.baseline().enrolment_tonnes == 100_000
        filing.does(opt_ins(countries=(Identifier("CA"),)))
        filing.establishes()
        assert filing.baseline().enrolment_tonnes == 200_000
        assert (filing.totals().baseline_tonnes, filing.totals().members) == (200_000, 1)
        filing.ledger.when(establish(filing.ledger), EXCHANGE)
        filing.ledger.refused("BASELINE_STANDS", "RB 6.1", {})


class TestWhatIsApproved:
    """RB 3.6: the second person approves the filings and the figure that the first saw."""

    def test_the_hash_is_of_all_that_counts(self, filing: FilingLedger) -> None:
        filing.files(facility())
        filing.does(opt_ins())
        filing.does(ElectBaselinePeriod(period=Identifier("1998-2001")))
        state = filing.ledger.state
        opted, period = state.opt_ins.get(A), state.period_elections.get(A)
        assert opted is not None and period is not None
        rows = [FACILITIES.schema.encode(filing.facility("plant-1"))]
        rows += [OPT_INS.schema.encode(opted), PERIOD_ELECTIONS.schema.encode(period)]
        assert establish(filing.ledger).inputs_hash == sha256(b"".join(rows)).digest()

    @pytest.mark.parametrize(
        "meanwhile",
        [facility(emissions=every_year(900_000)), opt_ins(steam=True), facility("plant-2")],
        ids=["filed anew", "elected", "filed"],
    )
    def test_what_comes_meanwhile_isn_t_approved(
        self, filing: FilingLedger, meanwhile: object
    ) -> None:
        filing.files(facility())
        proposed = establish(filing.ledger)
        filing.does(meanwhile)
        before = filing.ledger.tables()
        filing.ledger.when(proposed, EXCHANGE)
        filing.ledger.refused("INPUTS_CHANGED", "RB 3.6", {"what": "inputs_hash"})
        assert filing.ledger.tables() == before

    def test_nor_is_another_figure(self, filing: FilingLedger) -> None:
        filing.files(facility())
        proposed = replace(establish(filing.ledger), baseline_tonnes=Tonnes(100_100))
        filing.ledger.when(proposed, EXCHANGE)
        filing.ledger.refused("INPUTS_CHANGED", "RB 3.6", {"what": "baseline_tonnes"})


def nothing(_: FilingLedger) -> None:
    """Nothing filed."""


def stands(filing: FilingLedger) -> None:
    filing.established()


def gap(filing: FilingLedger) -> None:
    filing.files(facility(emissions=emissions((1998, 1))))


def unattested(filing: FilingLedger) -> None:
    filing.files(facility(emissions=emissions((1998, 1_000_000), (2000, 1), (2001, 1))))


def no_capacity(filing: FilingLedger) -> None:
    filing.files(facility(activity=Identifier("power")))


def power_without_data(filing: FilingLedger) -> None:
    """A tenth of 1,000 MW."""
    plant = facility(
        "big",
        activity=Identifier("power"),
        owner_share_bps=BasisPoints(1_000),
        capacity_kilowatts=Count(1_000_000),
        emissions=(),
    )
    filing.files(facility(), plant)


def unscheduled(filing: FilingLedger) -> None:
    filing.ledger.given_holder("late", first_year=2010)
    filing.files(facility(), by="late")


LATE = HolderId("late")
NOBODY = HolderId("nobody")

REFUSALS: list[tuple[str, Callable[[FilingLedger], None], HolderId, str, str, dict[str, Fact]]] = [
    ("nobody has no baseline", nothing, NOBODY, "UNKNOWN_MEMBER", "RB 2.2.1", {"member": NOBODY}),
    (
        "who is no Member neither",
        nothing,
        EXCHANGE,
        "UNKNOWN_MEMBER",
        "RB 2.2.1",
        {"member": EXCHANGE},
    ),
    ("a Member that filed nothing", nothing, A, "NOTHING_FILED", "RB 6.4", {"member": A}),
    ("a baseline stands", stands, A, "BASELINE_STANDS", "RB 6.1", {}),
    (
        "no method is prescribed",
        gap,
        A,
        "NO_BASELINE_METHOD",
        "RB 6.6",
        {"member": A, "why": "no-committee-method"},
    ),
    ("missing data are attested", unattested, A, "DATA_NOT_ATTESTED", "RB 6.6", {"member": A}),
    (
        "power has a capacity",
        no_capacity,
        A,
        "NO_BASELINE_METHOD",
        "RB 6.6",
        {"member": A, "why": "capacity-unknown"},
    ),
    (
        "a large share of power has data or a committee's figures",
        power_without_data,
        A,
        "NO_BASELINE_METHOD",
        "RB 6.6",
        {"member": A, "why": "no-committee-method"},
    ),
    (
        "the programme has a schedule",
        unscheduled,
        LATE,
        "NO_SCHEDULE",
        "RB 4.6",
        {"member": LATE},
    ),
]


@pytest.mark.parametrize(
    ("sentence", "given", "member", "code", "section", "facts"),
    REFUSALS,
    ids=map(itemgetter(0), REFUSALS),
)
def test_refusal(
    filing: FilingLedger,
    sentence: str,
    given: Callable[[FilingLedger], None],
    member: HolderId,
    code: str,
    section: str,
    facts: dict[str, Fact],
) -> None:
    given(filing)
    before = filing.ledger.tables()
    filing.ledger.when(establish(filing.ledger, member), EXCHANGE)
    filing.ledger.refused(code, section, facts)
    assert filing.ledger.tables() == before, sentence


def test_no_members_baseline_is_above_1_000_000_000_t(filing: FilingLedger) -> None:
    filing.files(*(facility(f"p{n}", emissions=every_year(100_000_000)) for n in range(11)))
    filing.ledger.when(establish(filing.ledger), EXCHANGE)
    filing.ledger.refused("TOO_MANY_TONNES", "RB 6.5.1", {"baseline_tonnes": 1_100_000_000})
