"""`cfi join`: a home of one's own on a chain that others began."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cfi.node.assembly import read_home_genesis
from cfi.node.consensus.private_validator import PrivateValidator
from cfi.node.home import Home
from cfi.node.main import main
from cfi.node.settings import COMETBFT
from tests.faults.running import new_home

PEER = "00112233445566778899aabbccddeeff00112233@10.1.0.1:26656"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return new_home(tmp_path_factory.mktemp("first"))


def join(home: Path, first: Home, *options: str) -> Result:
    command = ["join", "--home", str(home), "--genesis", str(first.genesis_file), *options]
    return CliRunner().invoke(main, command)


def test_a_home_with_the_genesis_and_keys_of_its_own(first: Home, tmp_path: Path) -> None:
    told = join(
        tmp_path / "node", first, "--peer", PEER, "--peer-network", "10.1.0.0/24",
        "--p2p-listen", "10.1.0.2:26656", "--name", "second",
    )  # fmt: skip
    assert (told.exit_code, told.stderr) == (0, "")
    home = Home(tmp_path / "node")
    assert read_home_genesis(home) == read_home_genesis(first)
    settings = home.settings()
    assert (settings.engine, settings.name) == (COMETBFT, "second")
    assert (settings.peers, settings.peer_networks) == ((PEER,), ("10.1.0.0/24",))
    keys = [PrivateValidator(each.validator_key, each.validator_state) for each in (home, first)]
    assert keys[0].public_key != keys[1].public_key
    assert "RegisterNode" in told.stdout
    assert list(home.keys.iterdir()) == []


def test_the_hash_that_one_was_told_is_compared(first: Home, tmp_path: Path) -> None:
    told = join(tmp_path / "node", first, "--genesis-hash", "00" * 32)
    assert told.exit_code == 2
    assert "is another genesis: its hash is " in told.stderr
    assert not (tmp_path / "node").exists()
    good = told.stderr.split()[-1]
    assert join(tmp_path / "node", first, "--genesis-hash", good.upper()).exit_code == 0
    again = join(tmp_path / "node", first)
    assert (again.exit_code, again.stderr.count("\n")) == (1, 1)


REFUSED = [
    ("a peer without its id", ("--peer", "10.1.0.1:26656"), "is no NODE-ID@HOST:PORT"),
    ("a network that is none", ("--peer-network", "here"), "is no network"),
]


@pytest.mark.parametrize(("sentence", "options", "says"), REFUSED, ids=[row[0] for row in REFUSED])
def test_wrong_settings_make_no_home(
    first: Home, tmp_path: Path, sentence: str, options: tuple[str, ...], says: str
) -> None:
    told = join(tmp_path / "node", first, *options)
    assert (told.exit_code, says in told.stderr) == (2, True)
    assert not (tmp_path / "node").exists()


def test_a_genesis_that_is_not_signed_is_refused(first: Home, tmp_path: Path) -> None:
    forged = Home(tmp_path)
    forged.genesis_file.write_bytes(first.genesis_file.read_bytes()[:-1] + b"\0")
    told = join(tmp_path / "node", forged)
    assert (told.exit_code, "is refused" in told.stderr) == (2, True)
