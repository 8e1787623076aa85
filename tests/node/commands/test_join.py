"""`cfi join`: a home of one's own on a chain that others began."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cfi.contracts.state.genesis import genesis_hash
from cfi.contracts.wire.officers import AnchorFile
from cfi.contracts.wire.possession import proves_admission_key
from cfi.contracts.wire.quantities import Height, Instant, Seconds
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import Identifier
from cfi.genesis.officers import sign_anchor, verify_genesis
from cfi.node.assembly import read_home_genesis
from cfi.node.clock import machine_time
from cfi.node.consensus.private_validator import PrivateValidator
from cfi.node.home import Home
from cfi.node.main import main
from cfi.node.registration import registration_of
from cfi.node.settings import COMETBFT
from tests.faults.running import CAST, new_home
from tests.spoilt import spoilt

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
    _, document = read_home_genesis(home)
    found = registration_of(home, document.chain_id)
    for told_of in (found.node_id, found.admission_key, found.possession):
        assert told_of.hex() in told.stdout
    assert proves_admission_key(
        document.chain_id, found.node_id, found.admission_key, found.possession
    )
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


def test_a_validators_key_that_stands_there_stays(first: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "node")
    home.validator_key.parent.mkdir(parents=True)
    home.validator_key.write_bytes(first.validator_key.read_bytes())
    told = join(home.root, first)
    assert (told.exit_code, "is not empty" in told.stderr) == (1, True)
    assert home.validator_key.read_bytes() == first.validator_key.read_bytes()


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


def anchor_of(first: Home, path: Path, **changed: Any) -> Path:
    """An anchor of height 7 that the officers signed an hour ago."""
    data, document = verify_genesis(first.genesis_file.read_bytes())
    hour_ago = Instant(machine_time().seconds - 3_600)
    anchor = AnchorFile(
        chain_id=Identifier(document.chain_id),
        genesis_hash=genesis_hash(data),
        height=Height(7),
        header_hash=Hash(bytes(range(32))),
        time=hour_ago,
        period=Seconds(86_400),
    )
    path.write_bytes(sign_anchor(replace(anchor, **changed), [CAST.officer(each).seed for each in (1, 2)]))
    return path


SERVERS = ("--sync-server", "10.1.0.1:26657", "--sync-server", "10.1.0.3:26657")


def test_a_node_that_begins_with_a_snapshot_trusts_an_anchor(first: Home, tmp_path: Path) -> None:
    anchor = anchor_of(first, tmp_path / "anchor")
    told = join(tmp_path / "node", first, *SERVERS, "--anchor", str(anchor))
    assert (told.exit_code, told.stderr) == (0, "")
    settings = Home(tmp_path / "node").settings()
    assert settings.sync_servers == ("10.1.0.1:26657", "10.1.0.3:26657")
    assert (settings.sync_height, settings.sync_hash) == (7, bytes(range(32)).hex())


def test_a_snapshot_is_taken_by_an_anchor_and_two_servers_only(
    first: Home, tmp_path: Path
) -> None:
    good = ("--anchor", str(anchor_of(first, tmp_path / "anchor")))
    late = ("--anchor", str(anchor_of(first, tmp_path / "late", period=Seconds(60))))
    for options, says in (
        (SERVERS, "takes both"),
        (good, "takes both"),
        ((*SERVERS[:2], *good), "--sync-server twice"),
        ((*SERVERS, *late), "out of its time"),
    ):
        told = join(tmp_path / "node", first, *options)
        assert (told.exit_code, says in told.stderr) == (2, True)
        assert not (tmp_path / "node").exists()


def test_a_genesis_that_is_not_signed_is_refused(first: Home, tmp_path: Path) -> None:
    forged = Home(tmp_path)
    forged.genesis_file.write_bytes(spoilt(first.genesis_file.read_bytes()))
    told = join(tmp_path / "node", forged)
    assert (told.exit_code, "is refused" in told.stderr) == (2, True)
