"""`cfi init`'s work: a home with keys and a genesis that its officers signed; a node starts from it."""

import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cfi.client.wallet.keystore import LEAST, KeystoreError, read_key
from cfi.contracts.state.genesis import GenesisError
from cfi.contracts.transition import dispatch
from cfi.genesis.officers import verify_genesis
from cfi.node import ledger_process
from cfi.node.ask import UnreachableError, ask
from cfi.node.assembly import assemble, read_home_genesis
from cfi.node.consensus.private_validator import write_key
from cfi.node.doctor import examine
from cfi.node.founding import OFFICERS, Founding, Place, found, found_network, new_seeds
from cfi.node.home import Home, HomeError
from cfi.node.service import Service
from cfi.node.settings import Settings, settings_text
from cfi.node.storage.database import DamagedError
from tests.node.chain import embedded

FOUNDING = Founding(
    chain_id="sim-founded",
    programme="phase-1",
    clock_start=1_041_379_200,
    passphrase=b"correct horse",
    hardness=LEAST,
)
MOST_SECONDS = 30.0


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("founded") / "node"
    found(Home(root), Settings(), FOUNDING)
    return root


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Home:
    """A new home, as `cfi init` leaves it."""
    shutil.copytree(template, tmp_path / "node")
    return Home(tmp_path / "node")


def damage(path: Path, at: int = -1) -> None:
    """Change one byte."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def decide_blocks(home: Home, count: int) -> bytes:
    """Let the home's node decide empty blocks; its root."""
    node = assemble(home)
    for _ in range(count):
        embedded(node).make_block([])
    node.close()
    return node.application.app_hash


class TestFounding:
    def test_the_officers_signed_the_genesis(self, home: Home) -> None:
        _, document = read_home_genesis(home)
        assert document.chain_id == "sim-founded"
        keys = [read_key(home.keys / f"{name}.json", b"correct horse") for name in OFFICERS]
        assert set(document.officers) == {key.public_key for key in keys}
        assert len(document.validators) == 1

    def test_secrets_are_their_owners_alone(self, home: Home) -> None:
        for path in (home.validator_key, home.admission_key, *home.keys.iterdir()):
            assert path.stat().st_mode & 0o077 == 0
        seeds = [read_key(path, b"correct horse").seed for path in home.keys.iterdir()]
        for path in home.keys.iterdir():
            content = path.read_bytes()
            assert not any(seed in content or seed.hex().encode() in content for seed in seeds)
        with pytest.raises(KeystoreError):
            read_key(home.keys / "officer-1.json", b"wrong")

    def test_a_second_chain_needs_a_second_home(self, home: Home) -> None:
        before = home.genesis_file.read_bytes()
        with pytest.raises(HomeError, match="has a chain already"):
            found(home, Settings(), FOUNDING)
        assert home.genesis_file.read_bytes() == before

    @pytest.mark.parametrize("left", ["keys/officer-1.json", "config/priv_validator_key.json", "x"])
    def test_nothing_is_written_where_anything_stands(self, tmp_path: Path, left: str) -> None:
        """What a broken-off founding left, another validator's key, a folder of something else."""
        path = tmp_path / "used" / left
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")
        mode = (tmp_path / "used").stat().st_mode
        with pytest.raises(HomeError, match=r"is not empty: .* remove it and begin again"):
            found(Home(tmp_path / "used"), Settings(), FOUNDING)
        assert [each for each in (tmp_path / "used").rglob("*") if each.is_file()] == [path]
        assert (tmp_path / "used").stat().st_mode == mode

    def test_officers_keys_of_a_broken_off_network_are_named(self, tmp_path: Path) -> None:
        (tmp_path / "keys").mkdir()
        (tmp_path / "keys" / "officer-1.json").write_bytes(b"")
        place = Place(Home(tmp_path / "node1"), Settings(), new_seeds())
        with pytest.raises(HomeError, match="keys is not empty"):
            found_network([place], FOUNDING, tmp_path / "keys")
        assert not place.home.root.exists()

    def test_no_two_chains_are_the_same(self, home: Home, tmp_path: Path) -> None:
        other = Home(tmp_path / "other")
        assert found(other, Settings(), FOUNDING) != home.genesis_file.read_bytes()

    def test_a_stepped_clock_needs_a_simulated_chain(self, tmp_path: Path) -> None:
        with pytest.raises(GenesisError, match="sim-"):
            found(Home(tmp_path / "other"), Settings(), replace(FOUNDING, chain_id="ledger-1"))
        assert not (tmp_path / "other").exists(), "what is refused leaves nothing behind"


class TestAssembly:
    def test_a_node_goes_on_where_it_stopped(self, home: Home) -> None:
        root = decide_blocks(home, 2)
        node = assemble(home)
        assert (node.engine.height, node.application.app_hash, node.replayed) == (2, root, 0)
        node.close()

    def test_a_closed_node_has_let_all_its_files_go(self, home: Home) -> None:
        decide_blocks(home, 1)
        before = os.listdir("/proc/self/fd")  # noqa: PTH208
        decide_blocks(home, 1)
        assert os.listdir("/proc/self/fd") == before  # noqa: PTH208

    def test_it_executes_again_what_the_store_lost(self, home: Home) -> None:
        root = decide_blocks(home, 2)
        shutil.rmtree(home.ledger)
        node = assemble(home)
        assert (node.application.app_hash, node.replayed) == (root, 2)
        node.close()

    def test_without_a_genesis_it_says_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(HomeError, match="run `cfi init"):
            assemble(Home(tmp_path))

    def test_a_changed_genesis_is_refused(self, home: Home) -> None:
        damage(home.genesis_file)
        with pytest.raises(HomeError, match="is refused"):
            assemble(home)
        assert not home.ledger.exists()

    def test_a_store_of_another_genesis_is_refused(self, home: Home, tmp_path: Path) -> None:
        decide_blocks(home, 1)
        other = Home(tmp_path / "other")
        found(other, Settings(), FOUNDING)
        shutil.copytree(home.ledger, other.ledger)
        with pytest.raises(DamagedError, match="another genesis"):
            assemble(other)
        decide_blocks(home, 1)

    def test_a_fault_lets_the_disk_go(self, home: Home) -> None:
        key = home.admission_key.read_bytes()
        home.admission_key.unlink()
        with pytest.raises(FileNotFoundError):
            assemble(home)
        home.admission_key.write_bytes(key)
        decide_blocks(home, 1)


CERTIFIED = {"tls_certificate": "chain.pem", "tls_key": "key.pem"}


def found_by_the_doctor(home: Home) -> dict[str, tuple[bool, str]]:
    """The doctor's findings."""
    return {each.what: (each.sound, each.sentence) for each in examine(home)}


class TestTheDoctor:
    def test_finds_a_new_home_sound(self, home: Home) -> None:
        told = found_by_the_doctor(home)
        assert {what for what, (sound, _) in told.items() if sound} == {
            "genesis",
            "blocks",
            "store",
            "validator",
            "gateway",
            "keys",
        }
        assert told["store"][1] == "none: the next start makes it"

    def test_tells_height_and_root(self, home: Home) -> None:
        root = decide_blocks(home, 2)
        told = found_by_the_doctor(home)
        assert told["blocks"] == (True, "2 blocks, every digest right")
        assert re.fullmatch(rf"[1-9]\d* entries, height 2, root {root.hex()}", told["store"][1])
        assert told["validator"][1].endswith("last signed 2")
        assert "chain sim-founded" in told["genesis"][1]

    @pytest.mark.parametrize("what", ["genesis", "blocks", "store", "validator"])
    def test_finds_what_was_changed_and_only_that(self, home: Home, what: str) -> None:
        decide_blocks(home, 2)
        assemble(home).close()
        (blocks,) = home.blocks.glob("*.blocks")
        if what == "genesis":
            damage(home.genesis_file)
        elif what == "blocks":
            damage(blocks, 100)
        elif what == "validator":
            home.validator_state.write_text("{}")
        else:
            damage(max(home.ledger.glob("*.ldb")), 100)
        told = found_by_the_doctor(home)
        assert [name for name, (sound, _) in told.items() if not sound] == [what]


    @pytest.mark.parametrize(
        ("chosen", "sound", "says"),
        [
            ({}, True, "asked by its address: 127.0.0.1:8470; public_names gives it names"),
            ({"public_names": ("a.example",)}, True, "asked as a.example, and as nothing else"),
            (CERTIFIED, False, "a certificate but no public_names: who asks by its name is refused; set them"),
            ({**CERTIFIED, "public_names": ("a.example",)}, True, "asked as a.example, and as nothing else"),
        ],
        ids=["its address", "a name", "a certificate", "a certificate and a name"],
    )
    def test_tells_by_what_names_the_gateway_is_asked(
        self, home: Home, chosen: dict[str, Any], sound: bool, says: str
    ) -> None:
        home.settings_file.write_text(settings_text(Settings(**chosen)))
        assert found_by_the_doctor(home)["gateway"] == (sound, says)


@pytest.fixture
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def stop_when_it_answers(home: Home) -> threading.Thread:
    """Ask this process to end as soon as its ledger answers."""

    def stop() -> None:
        until = time.monotonic() + MOST_SECONDS
        while time.monotonic() < until:
            try:
                ask(home.socket, "status")
                break
            except UnreachableError:
                time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=stop)
    thread.start()
    return thread


@pytest.mark.usefixtures("handlers")
class TestTheLedgersProcess:
    @pytest.fixture(autouse=True)
    def quiet(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ledger_process, "log_to_stderr", lambda *_: None)
        monkeypatch.setattr(ledger_process, "settle_memory", lambda: None)

    def test_serves_until_it_is_asked_to_end(self, home: Home) -> None:
        stopping = stop_when_it_answers(home)
        assert ledger_process.run(home) == 0
        stopping.join()
        assert not home.socket.exists()
        assert all(sound for sound, _ in found_by_the_doctor(home).values())

    def test_ends_with_a_sentence_where_the_data_is_damaged(
        self, home: Home, capsys: pytest.CaptureFixture[str]
    ) -> None:
        decide_blocks(home, 2)
        (blocks,) = home.blocks.glob("*.blocks")
        damage(blocks, 100)
        assert ledger_process.run(home) == 1
        assert "run `cfi doctor" in capsys.readouterr().err

    def test_ends_with_a_sentence_without_a_genesis(
        self, home: Home, capsys: pytest.CaptureFixture[str]
    ) -> None:
        home.genesis_file.unlink()
        assert ledger_process.run(home) == 1
        assert "run `cfi init" in capsys.readouterr().err

    def test_ends_with_a_sentence_where_it_lacks_the_rules(
        self, home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dispatch, "RULE_BOOKS", {2: dispatch.RULE_BOOKS[1]})
        assert ledger_process.run(home) == 1
        assert capsys.readouterr().err == (
            "from height 1 on the rules have version 1, this program knows up to version 2: "
            "install one that knows it and start again\n"
        )

    def test_ends_with_a_sentence_where_others_have_to_sign(
        self, home: Home, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write_key(home.validator_key, bytes(32))
        assert ledger_process.run(home) == 1
        assert "`cfi engine import`" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (partial(OSError, 28, "No space left"), "make room and start again"),
            (DamagedError, "cfi doctor"),
        ],
    )
    def test_ends_with_a_sentence_where_the_disk_fails_it(
        self,
        home: Home,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        error: Callable[[], Exception],
        told: str,
    ) -> None:
        async def fail(*_: object) -> None:
            raise error()

        monkeypatch.setattr(Service, "run", fail)
        assert ledger_process.run(home) == 1
        assert told in capsys.readouterr().err
        assemble(home).close()


def test_the_genesis_of_the_home_is_the_signed_one(home: Home) -> None:
    assert read_home_genesis(home) == verify_genesis(home.genesis_file.read_bytes())
