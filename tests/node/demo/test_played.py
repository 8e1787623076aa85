"""Both phases played once by `cfi demo`: the texts' figures stand on the ledger at the end.

RB file 14 (phase 2) and appendix 4.3 (phase 1) give them; the test types them again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from types import MappingProxyType
from typing import Any, Final

import pytest
from click.testing import CliRunner

from cfi.contracts.state.notices import NoticeKind
from cfi.contracts.state.rows.true_up import ComplianceStatus, Stage
from cfi.contracts.state.store import State
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.genesis.scenarios.loader import SCENARIOS, scenario
from cfi.node.demo.command import demo
from cfi.node.demo.summary import MemberYear, load_state, member_years
from cfi.node.home import Home
from cfi.node.main import main
from tests.once import made_once


@dataclass(frozen=True, slots=True)
class Played:
    """What the demo said, and what stands on its ledgers."""

    folder: Path
    exit_code: int
    stdout: str
    stderr: str
    states: Mapping[str, State]

ALLOCATED_2007: Final = 256_000
OWED_2007: Final = 267_700
CFIS_BOUGHT_2007: Final = 117


def play(folder: Path) -> None:
    """Play both phases and note what was said."""
    told = CliRunner().invoke(demo, ["--folder", str(folder / "chains")])
    said = {"exit_code": told.exit_code, "stdout": told.stdout, "stderr": told.stderr}
    (folder / "said.json").write_text(json.dumps(said))


@pytest.fixture(scope="module")
def played(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = made_once(shared / "demo", play)
    # A store is opened by one process at a time.
    chains = copytree(folder / "chains", tmp_path_factory.mktemp("demo") / "chains")
    states = {name: load_state(Home(chains / f"sim-{name}")) for name in SCENARIOS}
    said = json.loads((folder / "said.json").read_text())
    return Played(chains, **said, states=MappingProxyType(states))


def the_year(played: Played, phase: str, member: str, year: int) -> MemberYear:
    """A member's year on the ledger."""
    rows = member_years(played.states[phase], scenario(phase), year)
    return next(row for row in rows if row.holder_id == member)


class TestThePhases:
    def test_end_well_and_are_checked_by_others(self, played: Played) -> None:
        assert played.exit_code == 0, played.stderr
        shown = played.stdout.splitlines()
        (begun,) = (at for at, line in enumerate(shown) if line.startswith("Checked by others"))
        rows = [line for line in shown[begun:] if line.startswith("│ sim-")]
        assert len(rows) >= 4
        assert all(" ok " in row for row in rows)
        assert played.stdout.count("everything agrees") == 2
        assert played.stdout.count("count: none overtaken, none left out") == 2
        assert played.stdout.count("caught at height") == 2
        assert "FAILED" not in played.stdout

    def test_are_told_as_they_go(self, played: Played) -> None:
        for name in SCENARIOS:
            chain = scenario(name)
            for year in chain.years:
                assert f"{chain.chain_id}: {year}: true-up" in played.stderr
                assert f"{chain.chain_id}: {year} (tonnes CO2e)" in played.stdout

    @pytest.mark.parametrize("phase", SCENARIOS)
    def test_close_every_year(self, played: Played, phase: str) -> None:
        view = StateView(played.states[phase])
        for year in scenario(phase).years:
            found = view.true_ups.get(number_key(year))
            assert found is not None and found.stage is Stage.CLOSED

    @pytest.mark.parametrize("phase", SCENARIOS)
    def test_issue_no_allowance_twice(self, played: Played, phase: str) -> None:
        for row in StateView(played.states[phase]).supply.all():
            assert row.issued >= row.retired + row.cancelled + row.sold_outside

    @pytest.mark.parametrize("phase", SCENARIOS)
    def test_publish_every_years_figures_and_name_only_who_was_admitted(
        self, played: Played, phase: str
    ) -> None:
        view, told = StateView(played.states[phase]), scenario(phase)
        assert [row.year for row in view.programme_figures.all()] == list(told.years)
        members = {each.holder_id for each in told.members}
        notices = view.notices.all()
        named = {NoticeKind(each.kind) for each in notices if each.subject in members}
        assert named == {NoticeKind.HOLDER_ADMITTED}

    def test_leave_sound_homes(self, played: Played) -> None:
        for name in SCENARIOS:
            root = played.folder / f"sim-{name}"
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
    def test_is_told_the_limit_of_125_000_tonnes_of_250_000_000(self, played: Played) -> None:
        row = StateView(played.states["phase-1"]).programme_figures.get(number_key(2003))
        assert row is not None
        assert (row.baseline_tonnes, row.sales_limit_tonnes) == (250_000_000, 125_000)

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
