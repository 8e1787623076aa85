"""RB 4, 6, 7, files 13 and 14: each number of both programmes, as the tables print it."""

from typing import Final

import pytest

from cfi.contracts.wire.programme import ProgrammeTerms, YearRate
from cfi.genesis.programmes.loader import PROGRAMMES, programme

ONE, TWO = programme("phase-1"), programme("phase-2")

REDUCTIONS: Final = [
    # programme, first years, bps from the first to the last year
    (ONE, (2003, 2006), {2003: 100, 2004: 200, 2005: 300, 2006: 400}),
    (TWO, (2003, 2004), {2007: 425, 2008: 450, 2009: 500, 2010: 600}),
    (TWO, (2005, 2005), {2005: 100, 2006: 200, 2007: 300, 2008: 400, 2009: 500, 2010: 600}),
    (TWO, (2006, 2006), {2006: 120, 2007: 240, 2008: 360, 2009: 480, 2010: 600}),
    (TWO, (2007, 2007), {2007: 150, 2008: 300, 2009: 450, 2010: 600}),
    (TWO, (2008, 2008), {2008: 200, 2009: 400, 2010: 600}),
    (TWO, (2009, 2009), {2009: 300, 2010: 600}),
    (TWO, (2010, 2010), {2010: 600}),
]


def by_year(rates: tuple[YearRate, ...]) -> dict[int, int]:
    return {rate.year: rate.bps for rate in rates}


def test_every_schedule_of_table_4_1_and_file_13() -> None:
    for terms in (ONE, TWO):
        wanted = [(years, rows) for which, years, rows in REDUCTIONS if which is terms]
        found = [
            ((schedule.from_first_year, schedule.to_first_year), by_year(schedule.rows))
            for schedule in terms.reductions
        ]
        assert found == wanted


def test_the_linear_paths_are_linear() -> None:
    for schedule in TWO.reductions[1:]:
        years = len(schedule.rows)
        assert [rate.bps for rate in schedule.rows] == [600 * n // years for n in range(1, years + 1)]


TABLES: Final = [
    # table                phase 1                                        phase 2: 2005 and 2006 as in phase 1, later what the term sheet gives
    ("growth_provision",   {2003: 200, 2004: 200, 2005: 300, 2006: 300},  dict.fromkeys(range(2005, 2011), 300)),
    ("sales_limit",        {2003: 5, 2004: 10, 2005: 15, 2006: 20},       {2005: 15, 2006: 20}),
    ("usable_offsets",     {2003: 50, 2004: 100, 2005: 150, 2006: 200},   {2005: 150, 2006: 200}),
    ("owned_offsets",      {2003: 5, 2004: 10, 2005: 15, 2006: 20},       {2005: 15, 2006: 20}),
    ("early_action_share", {2003: 0, 2004: 5000, 2005: 5000, 2006: 5000}, {2005: 5000, 2006: 5000}),
]  # fmt: skip


@pytest.mark.parametrize(("table", "one", "two"), TABLES, ids=[row[0] for row in TABLES])
def test_tables(table: str, one: dict[int, int], two: dict[int, int]) -> None:
    assert by_year(getattr(ONE, table)) == one
    assert by_year(getattr(TWO, table)) == two


@pytest.mark.parametrize("terms", [ONE, TWO], ids=["phase-1", "phase-2"])
class TestBoth:
    def test_electricity_rates_of_table_4_2(self, terms: ProgrammeTerms) -> None:
        rates = {rate.country: rate.tonnes_per_hundred_mwh for rate in terms.electricity_rates}
        assert rates == {"US": 61, "CA": 20, "MX": 59}

    def test_new_units(self, terms: ProgrammeTerms) -> None:
        assert terms.new_unit_exemption.tonnes == 895_425

    def test_the_true_up_is_from_the_first_of_may_to_the_last_of_june(self, terms: ProgrammeTerms) -> None:
        assert [(stage.stage, stage.month, stage.day) for stage in terms.true_up] == [
            ("open", 5, 1), ("settle", 6, 1), ("cure", 6, 2), ("close", 7, 1),
        ]  # fmt: skip

    def test_nothing_is_withheld_or_delayed_unless_set(self, terms: ProgrammeTerms) -> None:
        assert terms.withheld.bps == 0
        assert terms.protections.transfer_delay_days == 0
        assert not terms.protections.second_approver

    def test_six_fees_of_2_8(self, terms: ProgrammeTerms) -> None:
        assert len({fee.name for fee in terms.fees}) == 6

    def test_table_7_1(self, terms: ProgrammeTerms) -> None:
        found = {each.gas: (each.ipcc_1995, each.ipcc_2001) for each in terms.warming_potentials}
        assert found == GASES


GASES: Final = {
    "CO2": (1, 1), "CH4": (21, 23), "N2O": (310, 296),
    "HFC-23": (11_700, 12_000), "HFC-32": (650, 550), "HFC-41": (150, 97),
    "HFC-43-10mee": (1_300, 1_500), "HFC-125": (2_800, 3_400), "HFC-134": (1_000, 1_100),
    "HFC-134a": (1_300, 1_300), "HFC-152a": (140, 120), "HFC-143": (300, 330),
    "HFC-143a": (3_800, 4_300), "HFC-227ea": (2_900, 3_500), "HFC-236fa": (6_300, 9_400),
    "HFC-236ea": (100, 1_200), "HFC-245fa": (790, 950), "HFC-245ca": (560, 640),
    "CF4": (6_500, 5_700), "C2F6": (9_200, 11_900), "C3F8": (7_000, 8_600),
    "C4F10": (7_000, 8_600), "c-C4F8": (8_700, 10_000), "C5F12": (7_500, 8_900),
    "C6F14": (7_400, 9_000), "NF3": (8_000, 10_800), "SF6": (23_900, 22_200),
    "C4F9OCH3": (500, 390), "C4F9OC2H5": (100, 55),
}  # fmt: skip


def test_who_is_bounded_and_for_which_years() -> None:
    assert (ONE.max_recognised_threshold.tonnes, TWO.max_recognised_threshold.tonnes) == (500_000, 0)
    assert (ONE.first_year, ONE.last_year, TWO.first_year, TWO.last_year) == (2003, 2006, 2007, 2010)
    assert ONE.vintages == (2003, 2004, 2005, 2006)
    assert TWO.vintages == (2005, 2006, 2007, 2008, 2009, 2010)
    assert (ONE.bound_for_all_years, TWO.bound_for_all_years) == (True, False)
    assert (ONE.special_reserve_years, TWO.special_reserve_years) == ((2003,), ())


def test_baseline_periods() -> None:
    periods = [[(p.name, p.first_year, p.last_year) for p in t.baseline_periods] for t in (ONE, TWO)]
    assert periods == [[("1998-2001", 1998, 2001)], [("1998-2001", 1998, 2001), ("2000", 2000, 2000)]]


def test_a_quarter_of_what_phase_1_earned_is_usable_each_year() -> None:
    assert ONE.carried_over is None
    assert TWO.carried_over is not None
    assert by_year(TWO.carried_over.usable) == dict.fromkeys(range(2007, 2011), 2500)
    assert (TWO.carried_over.earned_first_year, TWO.carried_over.earned_last_year) == (2003, 2006)


def test_both_programmes_ship() -> None:
    assert [programme(name).name for name in PROGRAMMES] == list(PROGRAMMES)
