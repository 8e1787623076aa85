"""A chain that the embedded engine began goes on under CometBFT: one history, signed once a height."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cfi.client.wallet.transactions import act_id_of
from cfi.node.home import Home
from cfi.node.main import main
from cfi.node.settings import EMBEDDED
from tests.engine import built_engine
from tests.faults.running import Client, application, replayed, running
from tests.network.running import QUICK, NetworkNode, commit_all, found_homes

ACTS = [application(number) for number in range(30)]


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which the embedded engine decided acts."""
    built_engine()
    (home,) = found_homes(tmp_path_factory.mktemp("grown"), 1, replace(QUICK, engine=EMBEDDED))
    with running(home) as node, Client.of(node) as client:
        commit_all(client, ACTS[:10])
        commit_all(client, ACTS[10:20])
        node.stop()
    return home


@pytest.fixture
def home(grown: Home, tmp_path: Path) -> Home:
    shutil.copytree(grown.root, tmp_path / "node", ignore=shutil.ignore_patterns("*.sock"))
    return Home(tmp_path / "node")


def cfi_import(home: Home) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["engine", "import", "--home", str(home.root), "--json"])


def test_the_chain_goes_on_under_cometbft(home: Home) -> None:
    before = replayed(home)
    last = max(before.roots)
    told = cfi_import(home)
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout) == {
        "height": last,
        "app_hash": before.roots[last].hex(),
        "next": f"cfi start --home {home.root}",
    }
    node = NetworkNode(home)
    try:
        node.start()
        with node.client() as client:
            commit_all(client, ACTS[20:])
        node.reach(last + 4)
        node.stop()
    finally:
        node.kill()
    after = replayed(home)
    assert {height: after.roots[height] for height in before.roots} == before.roots
    assert max(after.roots) >= last + 3
    assert set(after.places) == {act_id_of(act) for act in ACTS}
    assert all(len(places) == 1 for places in after.places.values())
