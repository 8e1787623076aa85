"""RB 4.7 to 4.11: `cfi calc position`."""

from typing import Any, Final

import pytest

from cfi.client.calc.position import EXAMPLE, position_report
from cfi.client.calc.reading import InputFaults, parse
from tests.client.calc.inputs import as_input

FILE_14: Final = {
    "programme": "phase-2",
    "first_year": 2007,
    "stream": "direct",
    "baseline_tonnes": 259_904,
    "emissions_tonnes": dict.fromkeys(("2007", "2008", "2009", "2010"), 279_753),
}


def years(given: dict[str, Any]) -> list[dict[str, Any]]:
    rows = position_report(as_input(given))["years"]
    assert isinstance(rows, list)
    return rows


def totals(given: dict[str, Any]) -> dict[str, Any]:
    row = position_report(as_input(given))["totals"]
    assert isinstance(row, dict)
    return row


def column(given: dict[str, Any], name: str) -> list[Any]:
    return [row[f"{name}_tonnes"] for row in years(given)]


class TestAppendix43:
    LINES: Final[dict[str, list[Any]]] = {
        "target": [9_900_000, 9_800_000, 9_700_000, 9_600_000],
        "gross_position": [400_000, 300_000, 200_000, 100_000],
        "maximum_recognised": [300_000, 400_000, 600_000, 700_000],
        "required_purchase": [0, 0, 0, 0],
        "recognised_surplus": [300_000, 300_000, 200_000, 100_000],
        "sales_limit": [125_000, 250_000, 375_000, 500_000],
        "sellable": [125_000, 250_000, 200_000, 100_000],
        "sold": [100_000, 200_000, 160_000, 80_000],
        "banked": [25_000, 100_000, 40_000, 20_000],
        "special_reserve": [175_000, None, None, None],
        "super_reductions": [100_000, 0, 0, 0],
    }

    @pytest.mark.parametrize("name", LINES)
    def test_every_line_of_every_year(self, name: str) -> None:
        assert column(EXAMPLE, name) == self.LINES[name]

    @pytest.mark.parametrize("name", LINES)
    def test_totals_are_sums_of_what_is_printed(self, name: str) -> None:
        assert totals(EXAMPLE)[f"{name}_tonnes"] == sum(n or 0 for n in self.LINES[name])

    def test_the_percentages(self) -> None:
        assert [row["reduction_bps"] for row in years(EXAMPLE)] == [100, 200, 300, 400]
        assert [row["growth_provision_bps"] for row in years(EXAMPLE)] == [200, 200, 300, 300]


class TestFile14:
    LINES: Final = {
        "target": [256_005, 252_107, 248_208, 244_310],
        "gross_position": [-23_748, -27_646, -31_545, -35_443],
        "maximum_recognised": [11_696, 15_594, 19_493, 23_391],
        "required_purchase": [11_696, 15_594, 19_493, 23_391],
        "recognised_surplus": [0, 0, 0, 0],
        "sales_limit": [None, None, None, None],
        "sellable": [0, 0, 0, 0],
        "banked": [0, 0, 0, 0],
        "special_reserve": [None, None, None, None],
        "super_reductions": [0, 0, 0, 0],
    }

    @pytest.mark.parametrize("name", LINES)
    def test_every_line_of_every_year(self, name: str) -> None:
        assert column(FILE_14, name) == self.LINES[name]

    def test_what_never_applies_has_no_total(self) -> None:
        assert totals(FILE_14)["special_reserve_tonnes"] is None

    def test_phase_2_sets_no_sales_limit(self) -> None:
        assert column(FILE_14 | {"programme_baseline_tonnes": 10**8}, "sales_limit") == [None] * 4

    def test_a_first_year_of_2005_has_the_limits_of_2005_and_2006(self) -> None:
        given = FILE_14 | {
            "first_year": 2005,
            "programme_baseline_tonnes": 10**8,
            "emissions_tonnes": dict.fromkeys(map(str, range(2005, 2011)), 1),
        }
        assert column(given, "sales_limit") == [150_000, 200_000, None, None, None, None]
        assert totals(given)["sales_limit_tonnes"] == 350_000

    def test_every_member_is_bounded(self) -> None:
        given = FILE_14 | {"emissions_tonnes": {"2007": 200_000}}
        assert column(given, "recognised_surplus") == [11_696]
        assert column(given, "super_reductions") == [44_310]


class TestWhoIsBounded:
    SMALL: Final = EXAMPLE | {
        "baseline_tonnes": 500_000, "emissions_tonnes": {"2003": 400_000}, "sold_tonnes": None,
    }  # fmt: skip

    def test_up_to_500_000_t_only_the_sales_limit_counts(self) -> None:
        assert column(self.SMALL, "recognised_surplus") == [95_000]
        assert column(self.SMALL | {"stream": "electricity"}, "recognised_surplus") == [15_000]

    def test_the_baseline_at_enrolment_decides(self) -> None:
        given = self.SMALL | {"enrolment_baseline_tonnes": 500_001}
        assert column(given, "recognised_surplus") == [15_000]


class TestTheSalesLimit:
    def test_it_is_ratcheted(self) -> None:
        given = EXAMPLE | {"programme_baseline_tonnes": [250_000_000, 300_000_000, 280_000_000]}
        assert column(given, "sales_limit") == [150_000, 300_000, 450_000, 600_000]

    def test_it_is_escalated_in_the_year_of_the_emissions(self) -> None:
        given = EXAMPLE | {"programme_emissions_tonnes": {"2004": 275_000_000}}
        assert column(given, "sales_limit") == [125_000, 275_000, 375_000, 500_000]

    def test_without_a_programme_wide_baseline_there_is_none(self) -> None:
        given = {name: value for name, value in EXAMPLE.items() if name != "programme_baseline_tonnes"}
        assert column(given, "sales_limit") == [None] * 4
        assert column(given, "sellable") == [300_000, 300_000, 200_000, 100_000]


class TestLaterYears:
    def test_super_reductions_make_good_earlier_excess_first(self) -> None:
        given = EXAMPLE | {
            "emissions_tonnes": {"2003": 10_250_000, "2004": 9_000_000}, "sold_tonnes": None,
        }  # fmt: skip
        assert column(given, "super_reductions") == [0, 350_000]

    def test_net_purchases_are_banked(self) -> None:
        given = EXAMPLE | {"net_purchases_tonnes": {"2004": 5_000}}
        assert column(given, "banked") == [25_000, 105_000, 40_000, 20_000]

    def test_a_late_member_sells_nothing_of_earlier_years(self) -> None:
        given = EXAMPLE | {"first_year": 2005, "sold_tonnes": None}
        assert column(given, "sellable") == [0, 0, 200_000, 100_000]
        assert column(given, "banked") == [0, 0, 200_000, 100_000]

    def test_decimals_are_rounded_once(self) -> None:
        given = FILE_14 | {"baseline_tonnes": "259904.5", "emissions_tonnes": {"2007": "256005.4"}}
        assert column(given, "gross_position") == [1]


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in EXAMPLE.items() if key != name}


FAULTS = [
    # sentence                                      input                                                         faults
    ("no programme",                                without("programme"),                                         ["$.programme: missing"]),
    ("an unknown programme",                        EXAMPLE | {"programme": "phase-3"},                           ["$.programme: not one of phase-1, phase-2"]),
    ("no first year",                               without("first_year"),                                        ["$.first_year: missing"]),
    ("a first year without a schedule",             EXAMPLE | {"first_year": 2007},                               ["$.first_year: phase-1 has no reduction schedule for this first year"]),
    ("a first year that isn't one",                 EXAMPLE | {"first_year": "2003"},                             ["$.first_year: not a whole number from 1900 to 9999"]),
    ("no stream",                                   without("stream"),                                            ["$.stream: missing"]),
    ("no baseline",                                 without("baseline_tonnes"),                                   ["$.baseline_tonnes: missing"]),
    ("no emissions",                                without("emissions_tonnes"),                                  ["$.emissions_tonnes: missing"]),
    ("no year of emissions",                        EXAMPLE | {"emissions_tonnes": {}, "sold_tonnes": None},      ["$.emissions_tonnes: no year"]),
    ("emissions of a year outside",                 EXAMPLE | {"emissions_tonnes": {"2007": 1}, "sold_tonnes": None}, ["$.emissions_tonnes.2007: not a year from 2003 to 2006"]),
    ("negative emissions",                          EXAMPLE | {"emissions_tonnes": {"2003": -1}, "sold_tonnes": None}, ["$.emissions_tonnes.2003: not a quantity from 0 to 1000000000000, of at most 9 decimals"]),
    ("sales of a year without emissions",           EXAMPLE | {"emissions_tonnes": {"2003": 1}, "sold_tonnes": {"2004": 1}}, ["$.sold_tonnes.2004: no emissions in this year"]),
    ("sales that aren't whole",                     EXAMPLE | {"sold_tonnes": {"2004": "1"}},                     ["$.sold_tonnes.2004: not a whole number from 0 to 1000000000000"]),
    ("sold above sellable",                         EXAMPLE | {"sold_tonnes": {"2003": 125_001, "2006": 100_001}}, ["$.sold_tonnes.2003: more than can be sold (RB 4.11): 125001 t of 125000 t", "$.sold_tonnes.2006: more than can be sold (RB 4.11): 100001 t of 100000 t"]),
    ("no level of the programme-wide baseline",     EXAMPLE | {"programme_baseline_tonnes": []},                  ["$.programme_baseline_tonnes: an empty list"]),
    ("a wrong level of the programme-wide baseline", EXAMPLE | {"programme_baseline_tonnes": [1, "x"]},           ["$.programme_baseline_tonnes[1]: not a whole number from 0 to 1000000000000"]),
    ("a wrong programme-wide baseline",             EXAMPLE | {"programme_baseline_tonnes": -1},                  ["$.programme_baseline_tonnes: not a whole number from 0 to 1000000000000"]),
    ("a field that isn't one",                      EXAMPLE | {"sold": {}},                                       ["$.sold: unknown"]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "given", "faults"), FAULTS, ids=[row[0] for row in FAULTS])
def test_faults(sentence: str, given: dict[str, Any], faults: list[str]) -> None:
    with pytest.raises(InputFaults) as found:
        position_report(as_input(given))
    assert list(found.value.faults) == faults


def test_an_input_that_is_no_object_has_one_fault() -> None:
    with pytest.raises(InputFaults) as found:
        position_report(parse("[]"))
    assert list(found.value.faults) == ["$: not an object"]
