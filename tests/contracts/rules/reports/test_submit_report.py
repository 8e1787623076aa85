"""RB 4.9, 7.1.4, 7.2: a Member reports its emissions."""

from operator import itemgetter
from typing import Any

import pytest

from cfi.contracts.state.rows.reports import ReportState
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.emissions import WarmingSet
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.refusal import Fact
from tests.contracts.filings import A, B, FilingLedger, day, line, opt_ins, report
from tests.contracts.ledger import Ledger

IN_2004 = day("2004-02-01")


@pytest.fixture
def after_2003(filing: FilingLedger) -> FilingLedger:
    """February 2004."""
    filing.ledger.pass_time(to=IN_2004)
    return filing


class TestWhatAReportSays:
    def test_lines_to_the_tonne_and_the_total_to_the_hundred(
        self, after_2003: FilingLedger
    ) -> None:
        after_2003.does(report())
        after_2003.ledger.done(total_tonnes=95_351, exempt_tonnes=0, included_tonnes=95_400)
        row = after_2003.report()
        assert (row.state, row.signed_by, row.late) == (
            ReportState.SUBMITTED,
            "company-a-user",
            False,
        )
        assert (row.total_tonnes, row.included_tonnes, row.final_at) == (95_351, 95_400, None)

    def test_new_power_units_leave_out_up_to_895_425_t(self, after_2003: FilingLedger) -> None:
        lines = (line("unit", 900_000, new_unit=True), line("plant", 50_000))
        after_2003.does(report(lines=lines))
        after_2003.ledger.done(total_tonnes=950_000, exempt_tonnes=895_425, included_tonnes=54_600)

    def test_never_more_than_they_emitted(self, after_2003: FilingLedger) -> None:
        lines = (line("unit", 500_000, new_unit=True), line("plant", 50_000))
        after_2003.does(report(lines=lines))
        after_2003.ledger.done(exempt_tonnes=500_000, included_tonnes=50_000)

    def test_or_what_a_gas_combined_cycle_would_have_emitted(
        self, after_2003: FilingLedger
    ) -> None:
        lines = (line("unit", 2_000_000, new_unit=True),)
        after_2003.does(report(lines=lines, best_in_class_tonnes=Tonnes(1_500_000)))
        after_2003.ledger.done(exempt_tonnes=1_500_000, included_tonnes=500_000)

    def test_the_set_of_warming_potentials_elected(self, after_2003: FilingLedger) -> None:
        after_2003.does(opt_ins(warming_set=WarmingSet.IPCC_2001))
        after_2003.does(report(warming_set=WarmingSet.IPCC_2001))
        assert after_2003.report().warming_set is WarmingSet.IPCC_2001


class TestWhenItComes:
    def test_a_new_member_has_90_days_for_earlier_years(self, ledger: Ledger) -> None:
        filing = FilingLedger(ledger)
        ledger.pass_time(to=day("2005-03-01"))
        ledger.given_holder("late", first_year=2005)
        ledger.pass_time(90 * 86_400)
        filing.does(report(2003), "late")
        assert not filing.report(2003, "late").late
        ledger.pass_time(1)
        filing.does(report(2004), "late")
        assert filing.report(2004, "late").late

    def test_a_year_that_ended_as_it_was_admitted_is_an_earlier_one(self, ledger: Ledger) -> None:
        filing = FilingLedger(ledger)
        ledger.pass_time(to=day("2007-01-01"))
        ledger.given_holder("late", first_year=2006)
        ledger.pass_time(to=day("2007-12-01"))
        filing.does(report(2006), "late")
        assert filing.report(2006, "late").late

    def test_a_year_of_its_membership_isn_t_late(self, ledger: Ledger) -> None:
        filing = FilingLedger(ledger)
        ledger.pass_time(to=day("2005-03-01"))
        ledger.given_holder("late", first_year=2005)
        ledger.pass_time(to=day("2006-12-01"))
        filing.does(report(2005), "late")
        assert not filing.report(2005, "late").late

    def test_a_year_is_over_with_its_last_second(self, filing: FilingLedger) -> None:
        filing.ledger.pass_time(to=day("2004-01-01") - 1)
        filing.ledger.when(report(), A)
        filing.ledger.refused("YEAR_NOT_OVER", "RB 7.2.1", {"year": 2003})
        filing.ledger.pass_time(1)
        filing.does(report())


REFUSALS: list[tuple[str, dict[str, Any], str, str, dict[str, Fact]]] = [
    ("2002 is no year of it", {"year": 2002}, "YEAR_NOT_IN_PROGRAMME", "RB 7.2.1", {"year": 2002}),
    ("nor is 2007", {"year": 2007}, "YEAR_NOT_IN_PROGRAMME", "RB 7.2.1", {"year": 2007}),
    (
        "no Member emits more than 1,000,000,000 t a year",
        {"lines": (line("plant", 10**9), line("other", 1))},
        "TOO_MANY_TONNES",
        "RB 7.2.1",
        {"total_tonnes": 1_000_000_001},
    ),
    (
        "a gas is in the table",
        {"lines": (line("plant", 1, "H2O"),)},
        "UNKNOWN_GAS",
        "RB Table 7.1",
        {"gas": "H2O"},
    ),
    (
        "a source and gas are named once",
        {"lines": (line("plant", 1), line("plant", 2))},
        "LINE_TWICE",
        "RB 7.2.3",
        {"source": "plant", "gas": "CO2"},
    ),
    (
        "the elected warming potentials throughout",
        {"warming_set": WarmingSet.IPCC_2001},
        "WARMING_SET_DIFFERS",
        "RB 7.3",
        {"warming_set": 2},
    ),
    (
        "renewable fuels are left out",
        {"renewable_excluded": False},
        "RENEWABLES_NOT_EXCLUDED",
        "RB 6.3.2",
        {},
    ),
]


@pytest.mark.parametrize(
    ("sentence", "change", "code", "section", "facts"), REFUSALS, ids=map(itemgetter(0), REFUSALS)
)
def test_refusal(
    after_2003: FilingLedger,
    sentence: str,
    change: dict[str, Any],
    code: str,
    section: str,
    facts: dict[str, Fact],
) -> None:
    after_2003.does(opt_ins())
    before = after_2003.ledger.tables()
    after_2003.ledger.when(report(**change), A)
    after_2003.ledger.refused(code, section, facts)
    assert after_2003.ledger.tables() == before, sentence


def test_one_report_a_year(after_2003: FilingLedger) -> None:
    after_2003.does(report())
    before = after_2003.ledger.tables()
    after_2003.ledger.when(report(), A)
    after_2003.ledger.refused("REPORT_FILED", "RB 7.2.1", {"year": 2003})
    assert after_2003.ledger.tables() == before
    after_2003.does(report(), B)


def test_who_elected_none_keeps_to_the_set_of_its_first_report(filing: FilingLedger) -> None:
    filing.ledger.pass_time(to=day("2005-02-01"))
    filing.does(report(2003, warming_set=WarmingSet.IPCC_2001))
    filing.ledger.when(report(2004), A)
    filing.ledger.refused("WARMING_SET_DIFFERS", "RB 7.3", {"warming_set": 1})


def test_a_holder_has_room_for_so_many_records(
    after_2003: FilingLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StateView, "holder_has_room", lambda *_: False)
    after_2003.ledger.when(report(), A)
    after_2003.ledger.refused("TOO_MANY_RECORDS", "RB 7.2.1", {})
