"""Scenarios: two chains' stories, each complete in itself."""

import pytest

from cfi.genesis.programmes.loader import programme
from cfi.genesis.scenarios.loader import SCENARIOS, Scenario, scenario, seconds_of


@pytest.fixture(params=SCENARIOS)
def told(request: pytest.FixtureRequest) -> Scenario:
    return scenario(request.param)


def test_a_date_is_its_first_second() -> None:
    assert seconds_of("1970-01-02") == 86_400
    assert seconds_of("2003-01-01") == 1_041_379_200
    with pytest.raises(ValueError, match="yesterday"):
        seconds_of("yesterday")


def test_it_belongs_to_a_simulated_chain_of_a_programme(told: Scenario) -> None:
    assert told.chain_id.startswith("sim-")
    assert told.years[0] == programme(told.programme).first_year
    assert told.clock_start == seconds_of(f"{told.years[0]}-01-01")
    assert list(told.years) == list(range(told.years[0], told.years[-1] + 1))


def test_every_member_has_its_years(told: Scenario) -> None:
    names = [each.holder_id for each in told.members]
    assert len(set(names)) == len(names)
    for member in told.members:
        assert set(told.years) <= set(member.emissions)
        assert member.section
        assert member.facilities
        filed = [each.facility_id for each in member.facilities]
        assert len(set(filed)) == len(filed)


def test_sales_are_between_members_in_its_years(told: Scenario) -> None:
    names = {each.holder_id for each in told.members}
    for sale in told.sales:
        assert {sale.seller, sale.buyer} <= names
        assert sale.seller != sale.buyer
        assert sale.year in told.years
        assert sale.tonnes % 100 == 0
        assert sale.price_cents > 0


def test_a_facility_bought_is_one_that_another_sold(told: Scenario) -> None:
    for member in told.members:
        for one in (*member.acquisitions, *member.disposals):
            assert one.tonnes > 0
            assert one.first_day >= told.clock_start


def test_file_14_s_county_is_in_phase_2() -> None:
    (county,) = (each for each in scenario("phase-2").members if each.holder_id == "county")
    assert county.section == "RB file 14"
    assert county.facilities[0].emissions == {2000: 259_904}
    assert county.emissions[2007] == 279_753
    bought = [each.tonnes for each in scenario("phase-2").sales if each.year == 2007]
    assert bought == [11_700]
