"""RB 6: `cfi calc baseline`."""

from typing import Any, Final

import pytest

from cfi.client.calc.baseline import EXAMPLE, baseline_report
from cfi.client.calc.reading import InputFaults, parse
from tests.client.calc.inputs import as_input


def whole(*tonnes: int | None) -> dict[str, Any]:
    """Emissions of whole years from 1998."""
    return {
        str(year): {"tonnes": str(quantity)}
        for year, quantity in zip(range(1998, 2004), tonnes, strict=False)
        if quantity is not None
    }


def plant(name: str, *tonnes: int | None, **more: Any) -> dict[str, Any]:
    return {"id": name, "emissions": whole(*(tonnes * 4 if len(tonnes) == 1 else tonnes))} | more


def member(*facilities: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"programme": "phase-1", "country": "US", "facilities": list(facilities)} | more


def report(given: dict[str, Any]) -> dict[str, Any]:
    return baseline_report(as_input(given))


def faults(given: object) -> list[str]:
    with pytest.raises(InputFaults) as found:
        baseline_report(as_input(given))
    return list(found.value.faults)


COMPANY_A: Final = (plant("F1", 300_000), plant("F2", 500_000), plant("F3", 200_000))
ORIGINAL: Final = {2003: 990_000, 2004: 980_000, 2005: 970_000, 2006: 960_000}


def change(kind: str, facility: str, date: str, **more: Any) -> dict[str, Any]:
    return {"changes": [{"kind": kind, "facility": facility, "date": date} | more]}


class TestAppendix63A:
    def test_both_plants_and_the_total(self) -> None:
        made = report(EXAMPLE)
        assert [one["baseline_tonnes"] for one in made["facilities"]] == ["15625", "79250"]
        assert (made["unrounded_tonnes"], made["baseline_tonnes"]) == ("94875", 94_900)


class TestAppendix63B:
    YEARS: Final = {
        "2003": {"baseline_tonnes": 1_100_822, "allocation_tonnes": 1_089_814, "allocation_change_tonnes": 99_814},
        "2004": {"baseline_tonnes": 1_200_000, "allocation_tonnes": 1_176_000, "allocation_change_tonnes": 196_000},
        "2005": {"baseline_tonnes": 1_200_000, "allocation_tonnes": 1_164_000, "allocation_change_tonnes": 194_000},
        "2006": {"baseline_tonnes": 1_200_000, "allocation_tonnes": 1_152_000, "allocation_change_tonnes": 192_000},
    }  # fmt: skip

    def test_before(self) -> None:
        made = report(member(*COMPANY_A))
        assert {int(y): row["allocation_tonnes"] for y, row in made["years"].items()} == ORIGINAL

    def test_after(self) -> None:
        bought = change("acquisition", "F4", "2003-07-01", baseline_tonnes=200_000)
        made = report(member(*COMPANY_A, **bought))
        assert made["years"] == self.YEARS
        assert made["baseline_tonnes"] == 1_000_000

    def test_a_listed_facility_brings_its_own_baseline_and_is_not_counted_twice(self) -> None:
        bought = change("acquisition", "F4", "2003-07-01")
        made = report(member(*COMPANY_A, plant("F4", 200_000), **bought))
        assert made["years"] == self.YEARS
        assert (made["unrounded_tonnes"], made["baseline_tonnes"]) == ("1000000", 1_000_000)
        last = made["facilities"][-1]
        assert (last["included"], last["reason"]) == (False, "acquired")
        assert last["baseline_tonnes"] == "200000"


class TestSales:
    def test_a_sale_takes_its_own_baseline_away_from_its_day(self) -> None:
        made = report(member(*COMPANY_A, **change("sale", "F3", "2003-07-01")))
        assert made["years"]["2003"] == {
            "baseline_tonnes": 899_178, "allocation_tonnes": 890_186, "allocation_change_tonnes": -99_814,
        }  # fmt: skip
        assert made["years"]["2006"] == {
            "baseline_tonnes": 800_000, "allocation_tonnes": 768_000, "allocation_change_tonnes": -192_000,
        }  # fmt: skip

    def test_what_was_bought_may_be_sold_again(self) -> None:
        bought = change("acquisition", "F4", "2003-01-01", baseline_tonnes=200_000)["changes"]
        sold = change("sale", "F4", "2004-01-01")["changes"]
        years = report(member(*COMPANY_A, changes=bought + sold))["years"]
        assert years["2003"]["baseline_tonnes"] == 1_200_000
        assert years["2004"]["baseline_tonnes"] == 1_000_000

    def test_a_leap_years_first_day_is_a_whole_year(self) -> None:
        years = report(member(*COMPANY_A, **change("sale", "F3", "2004-01-01")))["years"]
        assert years["2003"]["allocation_change_tonnes"] == 0
        assert years["2004"]["baseline_tonnes"] == 800_000


class TestTheOwnersShare:
    def test_6_1_1_60_percent_of_80_000(self) -> None:
        (one,) = report(member(plant("F1", 80_000, owner_share_bps=6_000)))["facilities"]
        assert (one["included"], one["baseline_tonnes"]) == (True, "48000")
        assert one["years"]["1998"] == {"tonnes": "48000", "method": "reported"}

    def test_6_1_1_13_percent_is_out_or_opted_in(self) -> None:
        minor = plant("F1", 80_000, owner_share_bps=1_300)
        made = report(member(minor))
        assert made["facilities"][0]["reason"] == "minor-ownership"
        assert made["baseline_tonnes"] == 0
        assert report(member(minor | {"opt_in": True}))["baseline_tonnes"] == 10_400

    def test_6_1_1_40_percent_may_be_excluded_by_the_committee(self) -> None:
        unknown = {"id": "F1", "owner_share_bps": 4_000, "excluded_by_committee": True, "emissions": {}}
        (one,) = report(member(unknown))["facilities"]
        assert one == {
            "id": "F1", "included": False, "reason": "excluded-by-committee", "years": {}, "baseline_tonnes": None,
        }  # fmt: skip


class TestOtherInputs:
    def test_a_share_of_25_mw_is_in(self) -> None:
        plant_of_power = plant("F1", 80_000, owner_share_bps=1_000, activity="power", capacity_mw="250")
        assert report(member(plant_of_power))["facilities"][0]["reason"] == "large-power"

    def test_a_country_may_be_a_facilitys_own(self) -> None:
        made = report(member(plant("F1", 50_000), plant("F2", 50_000, country="CA")))
        assert [one["reason"] for one in made["facilities"]] == ["large-source", "other-country"]

    def test_the_year_2000_in_phase_2(self) -> None:
        given = member(plant("F1", 100_000, 200_000, 300_040, 400_000), programme="phase-2")
        made = report(given | {"baseline_period": "2000", "first_year": 2007})
        assert (made["unrounded_tonnes"], made["baseline_tonnes"]) == ("300040", 300_000)
        assert made["years"]["2007"]["allocation_tonnes"] == 295_500
        assert list(made["years"]) == ["2007", "2008", "2009", "2010"]
        assert list(report(given)["years"]) == list(made["years"])
        assert min(report(given | {"first_year": 2005})["years"]) == "2005"

    def test_the_year_2000_may_be_interpolated(self) -> None:
        given = member(plant("F1", 1, 200_000, None, 300_000), programme="phase-2", baseline_period="2000")
        made = report(given)
        assert made["facilities"][0]["years"] == {"2000": {"tonnes": "250000", "method": "interpolated"}}
        assert made["baseline_tonnes"] == 250_000

    def test_a_missing_1998_goes_back_from_1999(self) -> None:
        made = report(member(plant("F1", None, 100_000, 100_000, 100_000)))
        first = made["facilities"][0]["years"]["1998"]
        assert first == {"tonnes": "99009.9", "method": "extrapolated"}
        assert made["unrounded_tonnes"] == "99752.475"
        assert made["baseline_tonnes"] == 99_800

    def test_what_is_not_finite_has_six_places(self) -> None:
        partial = plant("F1", 0, 0, 0, 0)
        partial["emissions"]["1998"] = {"tonnes": "150000", "days": 245}
        (one,) = report(member(partial | {"opt_in": True}))["facilities"]
        assert one["years"]["1998"] == {"tonnes": "223469.387755", "method": "annualised"}
        assert one["baseline_tonnes"] == "55867.346939"

    def test_electricity_is_rounded_to_100_mwh_and_allocated_nothing(self) -> None:
        made = report(member(plant("F1", 15_049), plant("F2", 14_999), unit="MWh"))
        assert [one["reason"] for one in made["facilities"]] == ["large-source", "small-source"]
        assert made["baseline_tonnes"] == 15_000
        assert made["years"]["2003"] == {
            "baseline_tonnes": 15_000, "allocation_tonnes": None, "allocation_change_tonnes": None,
        }  # fmt: skip

    def test_a_half_is_rounded_away_from_nought(self) -> None:
        assert report(member(plant("F1", 50_050)))["baseline_tonnes"] == 50_100


class TestFaults:
    def test_every_fault_of_the_form_is_collected(self) -> None:
        given = {
            "programme": "phase-1", "unit": "kWh", "baseline_period": "2000",
            "facilities": [{"id": 5, "emissions": {"1997": {}, "1998": 7, "1999": {"tonnes": "x", "days": 366}}}],
            "changes": [{"kind": "loan", "facility": "F1", "date": "2003-13-01"}],
            "remark": "",
        }  # fmt: skip
        assert faults(given) == [
            "$.baseline_period: not one of 1998-2001",
            "$.unit: not one of t, MWh",
            "$.facilities[0].id: not a text",
            "$.facilities[0].emissions.1997: not a year from 1998 to 2003",
            "$.facilities[0].emissions.1998: not an object",
            "$.facilities[0].emissions.1999.tonnes: not a quantity from 0 to 1000000000000, of at most 9 decimals",
            "$.facilities[0].emissions.1999.days: not a whole number from 0 to 365",
            "$.changes[0].date: not a date like 2003-07-01",
            "$.changes[0].kind: not one of acquisition, sale",
            "$.remark: unknown",
        ]

    def test_an_input_that_is_no_object_has_one_fault(self) -> None:
        with pytest.raises(InputFaults) as found:
            baseline_report(parse("7"))
        assert list(found.value.faults) == ["$: not an object"]

    def test_an_id_is_given_once(self) -> None:
        assert faults(member(plant("F1", 1), plant("F1", 1))) == [
            "$.facilities[1].id: given to more than one facility"
        ]

    def test_each_facility_that_cannot_be_worked_out_is_named(self) -> None:
        given = member(plant("F1", 1, None, None, 1), plant("F2", None, None, 1, 1))
        missing = "no method is prescribed for this missing year (RB 6.6): it needs one from the committee"
        assert faults(given) == [
            f"$.facilities[0].emissions.1999: {missing}",
            f"$.facilities[1].emissions.1998: {missing}",
        ]

    def test_a_facility_without_data_is_named(self) -> None:
        assert faults(member({"id": "F1", "emissions": {}}))[0].startswith("$.facilities[0].emissions.1998: ")

    @pytest.mark.parametrize(
        ("row", "fault"),
        [
            (plant("F1", 1, shut_down="1999-03-31"), "$.facilities[0].emissions.2000: emissions after the year of the shut-down"),
            (plant("F1", 1, in_service="2001-01-01", shut_down="2000-01-01"), "$.facilities[0]: shut down before it was in service"),
            (plant("F1", 1, activity="power"), "$.facilities[0]: a power facility needs its capacity (RB 1.3)"),
            (plant("F1", 1, owner_share_bps=5_001, excluded_by_committee=True), "$.facilities[0]: a share above 50% can't be excluded (RB 6.4)"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_so(self, row: dict[str, Any], fault: str) -> None:
        assert faults(member(row)) == [fault]

    def test_an_opt_in_is_of_the_whole_activity(self) -> None:
        given = member(plant("F1", 1, activity="a", opt_in=True), plant("F2", 1, activity="a"))
        assert faults(given) == [
            "$.facilities[1]: functionally similar facilities are opted in together, or not at all (RB 6.7)"
        ]

    @pytest.mark.parametrize(
        ("changed", "fault"),
        [
            (change("sale", "F9", "2003-07-01"), "$.changes[0].facility: no facility of this id, and no baseline_tonnes"),
            (change("acquisition", "F9", "2003-07-01"), "$.changes[0].facility: no facility of this id, and no baseline_tonnes"),
            (change("sale", "F2", "2003-07-01"), "$.changes[0].facility: this facility isn't included, so it changes nothing (RB 6.5)"),
            (change("sale", "F9", "2006-01-01", baseline_tonnes=100_000), "$.changes: more goes than the baseline has in 2006"),
        ],
    )  # fmt: skip
    def test_a_change_of_nothing(self, changed: dict[str, Any], fault: str) -> None:
        assert faults(member(plant("F1", 50_000), plant("F2", 10), **changed)) == [fault]
