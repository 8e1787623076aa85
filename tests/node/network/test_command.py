"""`cfi testnet`: what it makes, and what it starts; the running network has tests of its own."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cfi.node.home import Home
from cfi.node.main import main
from cfi.node.network import command
from cfi.node.network.places import network_homes
from cfi.node.supervisor import Part
from tests.network.running import engine_program

ARGUMENTS = ("--chain-id", "sim-net", "--programme", "phase-1", "--clock-start", "2003-01-01")


def cfi(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["testnet", *map(str, arguments)])


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("net")
    (folder / "phrase").write_text("correct horse\n")
    told = cfi(
        *("-n", 2, folder / "out", *ARGUMENTS, "--passphrase-file", folder / "phrase"),
        *("--first-address", "127.0.0.9", "--p2p-port", 40_001, "--gateway-port", 40_002),
        *("--rpc-port", 40_003),
    )
    assert told.exit_code == 0, told.output
    assert f"next      cfi testnet start {folder / 'out'}\n" in told.stdout
    return folder / "out"


@pytest.fixture
def supervised(monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    """What would be run."""
    found: list[Part] = []

    def supervise(chosen: list[Part], _: object) -> int:
        found.extend(chosen)
        return 0

    engine_program()
    monkeypatch.setattr(command, "supervise", supervise)
    return found


def test_each_home_stands_at_its_own_address_and_knows_the_others(net: Path) -> None:
    one, two = (home.settings() for home in network_homes(net))
    assert (one.name, two.name) == ("node1", "node2")
    assert (one.p2p_listen, two.p2p_listen) == ("127.0.0.9:40001", "127.0.0.10:40001")
    assert (one.listen, two.listen) == ("127.0.0.9:40002", "127.0.0.10:40002")
    assert (one.rpc_listen, two.engine_metrics) == ("127.0.0.9:40003", "")
    assert [peer.partition("@")[2] for peer in one.peers] == [two.p2p_listen]
    assert {path.name for path in (net / "keys").iterdir()} == {
        f"officer-{number}.json" for number in (1, 2, 3)
    }


def test_all_have_one_genesis_and_keys_of_their_own(net: Path) -> None:
    homes = network_homes(net)
    assert len({home.genesis_file.read_bytes() for home in homes}) == 1
    for name in ("validator_key", "node_key", "admission_key"):
        assert len({getattr(home, name).read_bytes() for home in homes}) == len(homes)


def test_start_runs_every_part_and_lets_the_homes_go(net: Path, supervised: list[Part]) -> None:
    assert cfi("start", net).exit_code == 0
    assert [part.name for part in supervised] == [
        f"{node} {part}" for node in ("node1", "node2") for part in ("ledger", "engine", "gateway")
    ]
    for home in network_homes(net):
        os.close(home.lock())


def test_a_home_in_use_keeps_all_from_starting(net: Path, supervised: list[Part]) -> None:
    homes = network_homes(net)
    held = homes[1].lock()
    told = cfi("start", net)
    assert (told.exit_code, supervised) == (5, [])
    os.close(held)
    os.close(homes[0].lock())


def test_a_second_network_needs_a_second_folder(net: Path) -> None:
    before = Home(net / "node1").genesis_file.read_bytes()
    told = cfi("make", "-n", 2, net, *ARGUMENTS, "--passphrase-file", net.parent / "phrase")
    assert told.exit_code == 1
    assert "has a chain already" in told.stderr
    assert Home(net / "node1").genesis_file.read_bytes() == before


def test_a_folder_without_a_network_says_what_to_do(tmp_path: Path) -> None:
    told = cfi("start", tmp_path)
    assert told.exit_code == 1
    assert "run `cfi testnet -n 4" in told.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("-h",)])
def test_help_tells_both_verbs(arguments: tuple[str, ...]) -> None:
    told = cfi(*arguments)
    assert told.exit_code == 0
    assert "cfi testnet start OUT" in told.stdout
