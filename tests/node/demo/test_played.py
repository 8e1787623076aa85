"""Both phases played once by `cfi demo`: the texts' figures stand on the ledger at the end.

RB file 14 (phase 2) and appendix 4.3 (phase 1) give them; the test types them again.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result

from cfi.contracts.state.rows.true_up import ComplianceStatus, Stage
from cfi.contracts.state.store import State
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.genesis.scenarios.loader import SCENARIOS, scenario
from cfi.node.demo.command import demo
from cfi.node.demo.summary import MemberYear, load_state, member_years
from cfi.node.home import Home
from cfi.node.main import main

pytestmark = pytest.mark.xdist_group("the demo, which is played once")
Played = tuple[Result, Mapping[str, State], Path]

ALLOCATED_2007: Final = 256_000
OWED_2007: Final = 267_700
CFIS_BOUGHT_2007: Final = 117


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo")
    told = CliRunner().invoke(demo, ["--folder", str(folder)])
    states = {name: load_state(Home(folder / f"sim-{name}")) for name in SCENARIOS}
    return told, MappingProxyType(states), folder


def the_year(played: Played, phase: str, member: str, year: int) -> MemberYear:
    """A member's year on the ledger."""
    rows = member_years(played[1][phase], scenario(phase), year)
    return next(row for row in rows if row.holder_id == member)


class TestThePhases:
    def test_end_well_and_are_checked_by_others(self, played: Played) -> None:
        told, _, _ = played
        assert told.exit_code == 0, told.output
        shown = told.stdout.splitlines()
        (begun,) = (at for at, line in enumerate(shown) if line.startswith("Checked by others"))
        rows = [line for line in shown[begun:] if line.startswith("│ sim-")]
        assert len(rows) >= 4
        assert all(" ok " in row for row in rows)
        assert told.stdout.count("everything agrees") == 2
        assert told.stdout.count("caught at height") == 2
        assert "FAILED" not in told.stdout

    def test_are_told_as_they_go(self, played: Played) -> None:
        for name in SCENARIOS:
            chain = scenario(name)
            for year in chain.years:
                assert f"{chain.chain_id}: {year}: true-up" in played[0].stderr
                assert f"{chain.chain_id}: {year} (tonnes CO2e)" in played[0].stdout

    @pytest.mark.parametrize("phase", SCENARIOS)
    def test_close_every_year(self, played: Played, phase: str) -> None:
        view = StateView(played[1][phase])
        for year in scenario(phase).years:
            found = view.true_ups.get(number_key(year))
            assert found is not None and found.stage is Stage.CLOSED

    @pytest.mark.parametrize("phase", SCENARIOS)
    def test_issue_no_allowance_twice(self, played: Played, phase: str) -> None:
        for row in StateView(played[1][phase]).supply.all():
            assert row.issued >= row.retired + row.cancelled + row.sold_outside

    def test_leave_sound_homes(self, played: Played) -> None:
        for name in SCENARIOS:
            root = played[2] / f"sim-{name}"
            told = CliRunner().invoke(main, ["doctor", "--home", str(root)])
            assert told.exit_code == 0, told.output


class TestTheCountyOfFile14:
    @pytest.fixture
    def row(self, played: Played) -> MemberYear:
        return the_year(played, "phase-2", "county", 2007)

    def test_gets_256_000_tonnes_for_2007(self, row: MemberYear) -> None:
        assert row.allocated == ALLOCATED_2007

    def test_owes_267_700_tonnes_and_surrenders_them(self, row: MemberYear) -> None:
        assert row.obligation.owed_tonnes == OWED_2007
        assert row.obligation.surrendered_tonnes == OWED_2007
        assert row.obligation.status is ComplianceStatus.IN_COMPLIANCE

    def test_bought_the_117_that_it_lacked(self, row: MemberYear) -> None:
        assert row.closing is not None
        assert row.closing.bought_tonnes == 100 * CFIS_BOUGHT_2007
        assert row.closing.bought_tonnes == OWED_2007 - ALLOCATED_2007


CLOSING_2003: dict[str, Any] = {
    "surplus_tonnes": 400_000,
    "sold_tonnes": 100_000,
    "banked_tonnes": 25_000,
    "special_reserve_tonnes": 175_000,
    "super_reduction_tonnes": 100_000,
}


class TestTheMemberOfAppendix43:
    @pytest.mark.parametrize("name", CLOSING_2003)
    def test_closes_2003_as_the_appendix_says(self, played: Played, name: str) -> None:
        row = the_year(played, "phase-1", "member-4-3", 2003)
        assert row.closing is not None
        assert getattr(row.closing, name) == CLOSING_2003[name]

    def test_is_in_compliance_every_year(self, played: Played) -> None:
        for year in scenario("phase-1").years:
            row = the_year(played, "phase-1", "member-4-3", year)
            assert row.obligation.status is ComplianceStatus.IN_COMPLIANCE
            assert row.obligation.short_tonnes == 0
