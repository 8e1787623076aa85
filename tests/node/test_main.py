"""The `cfi` command on a node: init, start, status, doctor, config, version; exit codes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cfi.client.wallet.keystore import LEAST
from cfi.contracts.state.genesis import genesis_hash
from cfi.node.assembly import read_home_genesis
from cfi.node.commands import init, start
from cfi.node.demo.ports import free_port
from cfi.node.founding import Founding, found
from cfi.node.home import Home
from cfi.node.main import main
from cfi.node.settings import Settings, settings_text

MOST_SECONDS = 60.0
FOUNDING = Founding(
    chain_id="sim-command",
    programme="phase-1",
    clock_start=1_041_379_200,
    passphrase=b"correct horse",
    hardness=LEAST,
)


def cfi(*arguments: object, **options: Any) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, [str(each) for each in arguments], **options)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("founded") / "node"
    found(Home(root), Settings(), FOUNDING)
    return root


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Home:
    shutil.copytree(template, tmp_path / "node")
    return Home(tmp_path / "node")


@pytest.fixture
def light_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key files that are quick to derive: their hardness has tests of its own."""
    honest = found

    def quickly(home: Home, settings: Settings, founding: Founding) -> bytes:
        told = {
            name: getattr(founding, name)
            for name in ("chain_id", "programme", "clock_start", "passphrase")
        }
        return honest(home, settings, Founding(**told, hardness=LEAST))

    monkeypatch.setattr(init, "found", quickly)


@pytest.mark.usefixtures("light_keys")
class TestInit:
    ARGUMENTS = ("--chain-id", "sim-1", "--programme", "phase-1", "--clock-start", "2003-01-01")

    def test_makes_a_home_and_says_what_comes_next(self, tmp_path: Path) -> None:
        (tmp_path / "phrase").write_text("correct horse\n")
        root = tmp_path / "node"
        told = cfi(
            "init", "--home", root, *self.ARGUMENTS, "--passphrase-file", tmp_path / "phrase"
        )
        assert (told.exit_code, told.stderr) == (0, "")
        data, document = read_home_genesis(Home(root))
        assert document.clock_start == FOUNDING.clock_start
        assert genesis_hash(data).hex() in told.stdout
        assert f"cfi start --home {root}" in told.stdout

    def test_asks_for_the_passphrase_and_takes_the_home_from_the_environment(
        self, tmp_path: Path
    ) -> None:
        told = cfi(
            "init", "--chain-id", "ledger-1", "--programme", "phase-2", "--listen", "127.0.0.1:9",
            input="correct horse\ncorrect horse\n", env={"CFI_HOME": str(tmp_path / "node")},
        )  # fmt: skip
        assert told.exit_code == 0
        assert "correct horse" not in told.output
        assert Home(tmp_path / "node").settings().listen == "127.0.0.1:9"

    def test_does_not_replace_a_chain(self, home: Home) -> None:
        told = cfi("init", "--home", home.root, *self.ARGUMENTS, input="a\na\n")
        assert told.exit_code == 1
        assert told.stderr.endswith(
            f"cfi: {home.root} has a chain already; choose another --home\n"
        )

    def test_a_date_that_is_none_is_a_wrong_use(self, tmp_path: Path) -> None:
        told = cfi("init", "--home", tmp_path, *self.ARGUMENTS[:-1], "yesterday")
        assert told.exit_code == 2
        assert "yesterday is no date like 2003-01-01" in told.stderr

    def test_a_stepped_clock_on_another_chain_is_refused(self, tmp_path: Path) -> None:
        told = cfi(
            "init", "--home", tmp_path, "--chain-id", "one", *self.ARGUMENTS[2:], input="a\na\n"
        )
        assert told.exit_code == 2
        assert "sim-" in told.stderr


    @pytest.mark.parametrize("chain_id", ["bad id!", "sim-\u00e9", "", "s" * 51, "sim-" + "s" * 47])
    def test_a_chain_that_may_not_be_called_so(self, tmp_path: Path, chain_id: str) -> None:
        told = cfi("init", "--home", tmp_path / "n", "--chain-id", chain_id, *self.ARGUMENTS[2:])
        assert (told.exit_code, "--chain-id" in told.stderr) == (2, True)
        assert not (tmp_path / "n").exists()

    @pytest.mark.parametrize("date", ["0001-01-01", "1969-12-31", "9999-13-01"])
    def test_a_clock_that_may_not_begin_then(self, tmp_path: Path, date: str) -> None:
        told = cfi("init", "--home", tmp_path / "n", *self.ARGUMENTS[:-1], date)
        assert (told.exit_code, "--clock-start" in told.stderr) == (2, True)

    @pytest.mark.parametrize("listen", ["foo", "127.0.0.1:99999", ":80"])
    def test_a_gateway_that_may_not_listen_there(self, tmp_path: Path, listen: str) -> None:
        (tmp_path / "phrase").write_text("correct horse\n")
        options = ("--passphrase-file", tmp_path / "phrase", "--listen", listen)
        told = cfi("init", "--home", tmp_path / "n", *self.ARGUMENTS, *options)
        assert (told.exit_code, told.stderr) == (2, "cfi: listen is no HOST:PORT\n")
        assert not (tmp_path / "n").exists()

    @pytest.mark.parametrize("place", ["/proc/n", "file"])
    def test_a_home_that_cannot_be_made_there(self, tmp_path: Path, place: str) -> None:
        (tmp_path / "file").write_text("correct horse\n")
        root = tmp_path / place
        options = (*self.ARGUMENTS, "--passphrase-file", tmp_path / "file")
        told = cfi("init", "--home", root, *options)
        assert (told.exit_code, len(told.stderr.splitlines())) == (1, 1)
        assert told.stderr.startswith(f"cfi: {root}")
        assert "Errno" not in told.stderr


WRONG_USES = [
    ("an unknown command",        ("dance",)),
    ("an unknown option",         ("status", "--loud")),
    ("an unknown programme",      ("init", "--chain-id", "a", "--programme", "phase-3")),
    ("a missing option",          ("init", "--programme", "phase-1")),
    ("a command without a verb",  ("config",)),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "arguments"), WRONG_USES, ids=[row[0] for row in WRONG_USES])
def test_wrong_uses_end_with_2(sentence: str, arguments: tuple[str, ...]) -> None:
    assert cfi(*arguments).exit_code == 2


class TestConfig:
    def test_view_has_all_and_diff_what_differs(self, home: Home) -> None:
        home.settings_file.write_text(settings_text(Settings(log_level="debug")))
        told = cfi("config", "view", "--home", home.root, "--json")
        shown = json.loads(told.stdout)
        assert set(shown) == {each.name for each in fields(Settings)}
        assert (shown["listen"], shown["log_level"]) == ("127.0.0.1:8470", "debug")
        told = cfi("config", "diff", "--home", home.root, "--json")
        assert json.loads(told.stdout) == {"log_level": "debug"}

    @pytest.mark.parametrize("command", [("config", "view"), ("config", "diff"), ("start",)])
    def test_an_unknown_setting_is_named(self, home: Home, command: tuple[str, ...]) -> None:
        home.settings_file.write_text('log_levl = "debug"\n')
        told = cfi(*command, "--home", home.root)
        assert told.exit_code == 2
        assert told.stderr.endswith("unknown setting log_levl; did you mean log_level?\n")
        assert told.stderr.startswith("cfi: ")
        assert told.stdout == ""

    def test_a_flag_wins_over_the_environment_which_wins_over_the_file(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started: list[str] = []
        monkeypatch.setattr(start, "node_parts", lambda _, chosen, __: started.append(chosen.listen))
        monkeypatch.setattr(start, "supervise", lambda *_: 0)
        cfi("start", "--home", home.root)
        cfi("start", "--home", home.root, env={"CFI_LISTEN": "127.0.0.1:1"})
        cfi("start", "--home", home.root, "--listen", "127.0.0.1:2", env={"CFI_LISTEN": "127.0.0.1:1"})
        assert started == ["127.0.0.1:8470", "127.0.0.1:1", "127.0.0.1:2"]
        told = cfi("config", "diff", "--home", home.root, "--json", env={"CFI_LISTEN": "127.0.0.1:1"})
        assert json.loads(told.stdout) == {"listen": "127.0.0.1:1"}

    @pytest.mark.parametrize(
        ("options", "env", "says"),
        [
            ((), {"CFI_LOG_LEVEL": "loud"}, "cfi: CFI_LOG_LEVEL is none of"),
            (("--listen", "here"), {}, "cfi: listen is no HOST:PORT"),
        ],
    )
    def test_start_refuses_what_cannot_be(
        self, home: Home, options: tuple[str, ...], env: dict[str, str], says: str
    ) -> None:
        told = cfi("start", "--home", home.root, *options, env=env)
        assert (told.exit_code, told.stderr.startswith(says)) == (2, True)

    def test_a_file_that_is_no_text_is_named(self, home: Home) -> None:
        home.settings_file.write_bytes(b"\xff")
        told = cfi("config", "view", "--home", home.root)
        assert (told.exit_code, str(home.settings_file) in told.stderr) == (2, True)

    def test_a_table_is_for_people(self, home: Home) -> None:
        assert "log level" in cfi("config", "view", "--home", home.root).stdout
        said = cfi("config", "view", "--home", home.root, env={"CFI_LISTEN": "[fe80::1]:8470"})
        assert " [fe80::1]:8470" in said.stdout


class TestDoctor:
    def test_a_sound_home_ends_with_0(self, home: Home) -> None:
        told = cfi("doctor", "--home", home.root, "--json")
        assert told.exit_code == 0
        told_of = {"genesis", "blocks", "store", "validator", "keys", "gateway"}
        assert set(json.loads(told.stdout)) == told_of

    def test_key_files_that_others_can_open_are_named(self, home: Home) -> None:
        officers = sorted(home.keys.glob("*.json"))
        for path in (home.validator_key, officers[0]):
            path.chmod(0o640)
        told = cfi("doctor", "--home", home.root, "--json")
        assert told.exit_code == 3
        sentences = [
            f"others can open the key file {path}: chmod 600 {path}"
            for path in (home.validator_key, officers[0])
        ]
        assert json.loads(told.stdout)["keys"] == "; ".join(sentences)

    def test_a_key_file_that_is_too_easy_to_try_is_named(self, home: Home) -> None:
        officer = min(home.keys.glob("*.json"))
        easy = json.loads(officer.read_text()) | {"passes": 1}
        officer.write_text(json.dumps(easy))
        told = cfi("doctor", "--home", home.root, "--json")
        assert told.exit_code == 3
        assert "less work than the least" in json.loads(told.stdout)["keys"]

    def test_the_key_of_the_certificate_is_looked_at(self, home: Home, tmp_path: Path) -> None:
        secret = tmp_path / "tls.pem"
        secret.write_text("a key")
        secret.chmod(0o644)
        named = f'tls_certificate = "c.pem"\ntls_key = "{secret}"\n'
        home.settings_file.write_text(named)
        told = cfi("doctor", "--home", home.root, "--json")
        assert (told.exit_code, str(secret) in json.loads(told.stdout)["keys"]) == (3, True)

    def test_a_damaged_one_with_3(self, home: Home) -> None:
        home.genesis_file.write_bytes(home.genesis_file.read_bytes()[:-1])
        told = cfi("doctor", "--home", home.root)
        assert told.exit_code == 3
        assert "is refused" in told.stdout

    def test_where_no_node_is_it_makes_none(self, tmp_path: Path) -> None:
        told = cfi("doctor", "--home", tmp_path / "nowhere")
        assert told.exit_code == 1
        assert "is no home" in told.stderr
        assert not (tmp_path / "nowhere").exists()

    def test_where_a_node_runs_it_is_locked_out(self, home: Home) -> None:
        lock = home.lock()
        told = cfi("doctor", "--home", home.root)
        os.close(lock)
        assert told.exit_code == 5
        assert told.stderr == f"cfi: a node runs in {home.root}: stop it first\n"


def test_version() -> None:
    told = json.loads(cfi("version", "--json").stdout)
    assert told["python"] == sys.version.split()[0]
    assert set(told) == {"cfi", "rules", "python"}


def test_status_of_a_stopped_node_ends_with_4(home: Home) -> None:
    told = cfi("status", "--home", home.root)
    assert told.exit_code == 4
    assert "is it started?" in told.stderr


def test_a_folder_without_a_node_does_not_start(tmp_path: Path) -> None:
    told = cfi("start", "--home", tmp_path)
    assert told.exit_code == 1
    assert "run `cfi init" in told.stderr


def test_start_leaves_with_the_supervisors_code_and_the_lock_let_go(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_ends(_: object, say: Callable[[str], None]) -> int:
        say("one ended")
        return 1

    monkeypatch.setattr(start, "supervise", one_ends)
    told = cfi("start", "--home", home.root)
    assert (told.exit_code, told.stderr) == (1, "one ended\n")
    os.close(home.lock())


def started(home: Home) -> "subprocess.Popen[str]":
    """A node's processes, as soon as its ledger answers."""
    command = [sys.executable, "-c", "from cfi.node.main import main; main()", "start"]
    where = ["--home", str(home.root), "--listen", f"127.0.0.1:{free_port('127.0.0.1')}"]
    process = subprocess.Popen([*command, *where], stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + MOST_SECONDS
    while cfi("status", "--home", home.root).exit_code and time.monotonic() < until:
        time.sleep(0.1)
    return process


@pytest.fixture(scope="module")
def node(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home in which a node runs."""
    root = tmp_path_factory.mktemp("running") / "node"
    shutil.copytree(template, root)
    with started(Home(root)) as process:
        yield Home(root)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=MOST_SECONDS)


class TestARunningNode:
    def test_says_its_status(self, node: Home) -> None:
        told = json.loads(cfi("status", "--home", node.root, "--json").stdout)
        data, _ = read_home_genesis(node)
        assert told["chain_id"] == "sim-command"
        assert told["genesis_hash"] == genesis_hash(data).hex()
        assert told["height"] >= 1
        assert told["programme_time"].startswith("2003-01-01T")
        assert not told["time"].startswith("2003")
        assert [each["power"] for each in told["validators"]] == [1_000]
        assert "height" in cfi("status", "--home", node.root).stdout

    def test_has_its_home_for_itself(self, node: Home) -> None:
        for command in ("start", "doctor"):
            told = cfi(command, "--home", node.root)
            assert (command, told.exit_code) == (command, 5)

    def test_ends_with_0_when_it_is_asked_to(self, home: Home) -> None:
        with started(home) as process:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=MOST_SECONDS)
        assert process.returncode == 0
        assert cfi("status", "--home", home.root).exit_code == 4
        assert cfi("doctor", "--home", home.root).exit_code == 0
