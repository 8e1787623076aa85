"""RB 6.4, 6.7, 7.3: opt-ins are elected at enrolment."""

from operator import itemgetter
from typing import Any

import pytest

from cfi.contracts.wire.emissions import ElectricityOptIn, WarmingSet
from cfi.contracts.wire.limits import MAX_OPT_INS
from cfi.contracts.wire.messages.true_up.schedule_true_up import ScheduleTrueUp
from cfi.contracts.wire.quantities import Year
from cfi.contracts.wire.text import Identifier
from tests.contracts.filings import (
    A,
    FilingLedger,
    adjust,
    day,
    establish,
    every_year,
    facility,
    opt_ins,
)
from tests.contracts.ledger import EXCHANGE, Ledger

CANADA = Identifier("CA")
MEXICO = Identifier("MX")


class TestWhatElectingDoes:
    def test_elections_are_kept_and_may_change_until_the_baseline_stands(
        self, filing: FilingLedger
    ) -> None:
        filing.does(opt_ins(steam=True))
        filing.does(opt_ins(electricity=ElectricityOptIn.ALL))
        row = filing.ledger.state.opt_ins.get(A)
        assert row is not None
        assert (row.electricity, row.steam, row.added_countries) == (ElectricityOptIn.ALL, False, ())

    def test_countries_may_be_added_until_the_end_of_2003(self, filing: FilingLedger) -> None:
        filing.does(opt_ins(countries=(CANADA,)))
        filing.established()
        filing.ledger.pass_time(to=day("2004-01-01") - 1)
        filing.does(opt_ins(countries=(CANADA, MEXICO)))
        row = filing.ledger.state.opt_ins.get(A)
        assert row is not None
        assert (row.countries, row.added_countries) == ((CANADA, MEXICO), (MEXICO,))


class TestEstablishedAnew:
    """RB 6.4: with countries added by the end of 2003."""

    def test_what_was_acquired_and_sold_stays(self, filing: FilingLedger) -> None:
        filing.does(opt_ins())
        filing.established(1_000_000)
        filing.allocated()
        filing.acquires("plant-2", 500_000, "2003-01-01")
        filing.sells("plant-1", 200_000, "2004-01-01")
        filing.adjusts()
        filing.does(opt_ins(countries=(CANADA,)))
        filing.files(facility("mill", country=CANADA))
        filing.establishes()
        assert filing.baseline().enrolment_tonnes == 1_100_000
        by_year = {2003: 1_600_000, 2004: 1_400_000, 2005: 1_400_000, 2006: 1_400_000}
        assert filing.baseline_by_year() == by_year
        assert filing.totals().baseline_tonnes == 1_400_000
        assert filing.held_by_vintage("company-a/1") == {
            2003: 1_584_000,
            2004: 1_372_000,
            2005: 1_358_000,
            2006: 1_344_000,
        }

    def test_allowances_are_as_if_adjusted(self, filing: FilingLedger) -> None:
        filing.does(opt_ins())
        filing.established(1_000_000)
        filing.allocated()
        filing.acquires("plant-2", 200_000, "2003-07-01")
        filing.adjusts()
        filing.does(opt_ins(countries=(CANADA,)))
        filing.files(facility("mill", country=CANADA, emissions=every_year(100_050)))
        filing.establishes()
        filing.ledger.when(adjust(filing.ledger), EXCHANGE)
        filing.ledger.refused("NOTHING_TO_ADJUST", "RB 6.5.6", {"member": A})

    def test_a_change_too_small_for_a_cfi_counts_then(self, filing: FilingLedger) -> None:
        """With 99% of 1,006,000 t, 40 t more make a CFI more."""
        filing.does(opt_ins())
        filing.established(1_000_000)
        filing.allocated()
        filing.acquires("plant-2", 40, "2003-01-01")
        filing.adjusts()
        assert filing.held_by_vintage("company-a/1")[2003] == 990_000
        filing.does(opt_ins(countries=(CANADA,)))
        filing.files(facility("mill", country=CANADA, emissions=every_year(6_000)))
        filing.establishes()
        assert filing.held_by_vintage("company-a/1")[2003] == 996_000

    def test_what_is_reported_waits_for_its_adjustment(self, filing: FilingLedger) -> None:
        filing.does(opt_ins())
        filing.established(1_000_000)
        filing.allocated()
        filing.acquires("plant-2", 500_000, "2003-01-01")
        filing.does(opt_ins(countries=(CANADA,)))
        filing.files(facility("mill", country=CANADA))
        filing.establishes()
        assert filing.baseline_by_year()[2003] == 1_100_000
        filing.adjusts()
        assert filing.baseline_by_year()[2003] == 1_600_000

    def test_allowances_of_years_before_a_member_enrolled_can_t_be_sold(
        self, ledger: Ledger
    ) -> None:
        filing = FilingLedger(ledger)
        ledger.given_holder("late", first_year=2005)
        filing.does(opt_ins(), "late")
        filing.established(member="late")
        filing.allocated()
        filing.does(opt_ins(countries=(CANADA,)), "late")
        filing.files(facility("mill", country=CANADA), by="late")
        filing.establishes("late")
        bars = {(lot.vintage, lot.restrictions) for lot in ledger.lots("late/1")}
        assert bars == {(2003, 1), (2004, 1), (2005, 0), (2006, 0)}
        assert filing.held_by_vintage("late/1")[2003] == 1_089_000

    def test_not_while_a_true_up_runs(self, filing: FilingLedger) -> None:
        filing.does(opt_ins())
        filing.established(1_000_000)
        filing.does(opt_ins(countries=(CANADA,)))
        filing.does(ScheduleTrueUp(compliance_year=Year(2003)), EXCHANGE)
        filing.ledger.pass_time(to=day("2004-05-02"))
        filing.ledger.when(establish(filing.ledger), EXCHANGE)
        filing.ledger.refused("TRUE_UP_RUNNING", "RB 6.5.6", {})

    def test_not_below_what_was_sold(self, filing: FilingLedger) -> None:
        """With 60,000 t abroad, 5% of the entity are more than a small plant emits."""
        plants = [f"plant-{number}" for number in range(15)]
        each = every_year(10_000)
        filing.files(*(facility(name, activity=Identifier(name), emissions=each) for name in plants))
        filing.does(opt_ins())
        filing.establishes()
        filing.allocated()
        for name in plants:
            filing.sells(name, 10_000, "2004-01-01")
        filing.adjusts()
        filing.does(opt_ins(countries=(CANADA,)))
        filing.files(facility("mill", country=CANADA, emissions=every_year(60_000)))
        filing.ledger.when(establish(filing.ledger), EXCHANGE)
        filing.ledger.refused("BASELINE_BELOW_ZERO", "RB 6.5.5", {})


REFUSED_ONCE_IT_STANDS: list[tuple[str, dict[str, Any]]] = [
    ("no activity is added", {"small_source_activities": (Identifier("heat"),)}),
    ("the same again adds no country", {}),
    ("nor does one that is there", {"countries": (CANADA, CANADA)}),
    ("no country is taken back", {"countries": ()}),
    ("no other country takes its place", {"countries": (MEXICO,)}),
    ("one set of warming potentials throughout", {"warming_set": WarmingSet.IPCC_2001}),
    ("steam isn't added", {"steam": True}),
]


@pytest.mark.parametrize(
    ("sentence", "change"), REFUSED_ONCE_IT_STANDS, ids=map(itemgetter(0), REFUSED_ONCE_IT_STANDS)
)
def test_refusal_once_the_baseline_stands(
    filing: FilingLedger, sentence: str, change: dict[str, Any]
) -> None:
    filing.does(opt_ins(countries=(CANADA,)))
    filing.established()
    before = filing.ledger.tables()
    filing.ledger.when(opt_ins(**{"countries": (CANADA,)} | change), A)
    filing.ledger.refused("ELECTION_CLOSED", "RB 6.7", {})
    assert filing.ledger.tables() == before, sentence


@pytest.mark.parametrize("country", ["US", "JP", "BR"])
def test_what_is_in_anyway_isn_t_added(filing: FilingLedger, country: str) -> None:
    """RB 6.4: the United States, the home country, and where the baseline has a part."""
    filing.does(opt_ins(home_country=Identifier("JP"), countries=(CANADA,)))
    filing.files(facility("mill", country=Identifier("BR")))
    filing.files(facility("dam", country=MEXICO, emissions=every_year(1)))
    filing.establishes()
    both = (CANADA, Identifier(country))
    before = filing.ledger.tables()
    filing.ledger.when(opt_ins(home_country=Identifier("JP"), countries=both), A)
    filing.ledger.refused("ELECTION_CLOSED", "RB 6.4", {"country": country})
    assert filing.ledger.tables() == before


def test_countries_are_added_one_after_the_other(filing: FilingLedger) -> None:
    filing.does(opt_ins())
    filing.established()
    for countries in ((CANADA,), (CANADA, MEXICO)):
        filing.does(opt_ins(countries=countries))
    row = filing.ledger.state.opt_ins.get(A)
    assert row is not None
    assert row.added_countries == (CANADA, MEXICO)


def test_who_elected_nothing_elects_nothing_later(filing: FilingLedger) -> None:
    filing.established()
    filing.ledger.when(opt_ins(countries=(CANADA,)), A)
    filing.ledger.refused("ELECTION_CLOSED", "RB 6.7", {})


def test_no_country_is_added_after_2003(filing: FilingLedger) -> None:
    filing.does(opt_ins())
    filing.established()
    filing.ledger.pass_time(to=day("2004-01-01"))
    filing.ledger.when(opt_ins(countries=(CANADA,)), A)
    filing.ledger.refused("ELECTION_CLOSED", "RB 6.4", {})


@pytest.mark.parametrize(
    "field", ["small_source_activities", "minor_ownership_activities", "countries"]
)
def test_no_longer_list_than_is_looked_through_at_once(filing: FilingLedger, field: str) -> None:
    names = tuple(Identifier(f"name-{number}") for number in range(MAX_OPT_INS + 1))
    filing.ledger.when(opt_ins(**{field: names}), A)
    filing.ledger.refused("OUT_OF_RANGE", "ours", {"field": field, "most": MAX_OPT_INS})
    filing.does(opt_ins(**{field: names[1:]}))


def test_who_makes_power_doesn_t_opt_in_electricity(filing: FilingLedger) -> None:
    filing.ledger.when(opt_ins(primarily_power=True, electricity=ElectricityOptIn.LARGE), A)
    filing.ledger.refused("NOT_FOR_POWER_PRODUCERS", "RB 6.7.3", {})
    filing.does(opt_ins(primarily_power=True))
