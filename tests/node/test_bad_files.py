"""Whatever stands in a file that a command is given: a line or a few on standard error and exit
status 2, nothing on standard output, never a traceback.
"""

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cfi.client.wallet.keystore import LEAST, SigningKey, write_key
from cfi.genesis.builder import build_genesis
from cfi.genesis.officers import sign_genesis
from cfi.node.main import main
from tests.genesis.founders import OFFICER_SEEDS, PLAN
from tests.node.test_examples import LEAVES

NOBODY = "--gateway http://127.0.0.1:1"
MINE = f"{NOBODY} --key KEY --passphrase-file PHRASE"
FOUND = "--chain-id sim-1 --programme phase-1 --clock-start 2003-01-01"
HASH = "00" * 32

LINES = [
    # FILE is the file in question; every other one is good
    "anchor --home NEW --officer-key FILE --passphrase-file PHRASE OUT",
    "audit admissions --genesis FILE FOLDER KEY",
    "audit admissions FOLDER FILE",
    "audit export --key FILE --passphrase-file PHRASE http://127.0.0.1:1 OUT",
    "audit export FILE OUT",
    "audit prove --height 1 --table chain --row 00 --genesis FILE FOLDER",
    "audit replay --genesis FILE FOLDER",
    "audit replay FILE",
    "audit report --to OUT --genesis FILE FOLDER",
    "calc allocation FILE",
    "calc baseline FILE",
    "calc position FILE",
    "join --home NEW --genesis FILE",
    "join --home NEW --genesis GENESIS --sync-server h:1 --sync-server h:2 --anchor FILE",
    "key prove FILE --chain-id a --holder b --user c --passphrase-file PHRASE",
    f"key rotate FILE OUT {NOBODY} --passphrase-file PHRASE",
    f"light statement --account a/1 {NOBODY} --key FILE --passphrase-file PHRASE",
    f"light statement --account a/1 {MINE} --seed-file FILE",
    f"light sync {NOBODY} --anchor FILE --threshold 1 --officer {HASH}",
    f"light sync {NOBODY} --genesis FILE",
    "light verify --trusted FILE --untrusted FILE --now 2026-01-01T00:00:00Z",
    f"query account a/1 {NOBODY} --key FILE --passphrase-file PHRASE",
    f"query accounts {NOBODY} --key FILE --passphrase-file PHRASE",
    f"query baseline a {NOBODY} --key FILE --passphrase-file PHRASE",
    f"query holder {NOBODY} --key FILE --passphrase-file PHRASE",
    f"query receipt {HASH} {NOBODY} --key FILE --passphrase-file PHRASE",
    f"tx OpenAccount FILE {MINE} --yes",
    f"tx RotateSeed --proposal {HASH} {NOBODY} --key FILE",
    "tx TransferLot FILE",
    "validator plan FILE",
    "validator prove FILE --chain-id a --operator b",
]
PASSPHRASES = [
    "anchor --home NEW --officer-key KEY --passphrase-file FILE OUT",
    f"init --home NEW {FOUND} --passphrase-file FILE",
    "key new OUT --passphrase-file FILE",
    "key prove KEY --chain-id a --holder b --user c --passphrase-file FILE",
    f"key rotate KEY OUT {NOBODY} --passphrase-file FILE",
    f"key rotate KEY OUT {NOBODY} --passphrase-file PHRASE --new-passphrase-file FILE",
    f"light statement --account a/1 {NOBODY} --key KEY --passphrase-file FILE",
    f"query account a/1 {NOBODY} --key KEY --passphrase-file FILE",
    f"query accounts {NOBODY} --key KEY --passphrase-file FILE",
    f"query baseline a {NOBODY} --key KEY --passphrase-file FILE",
    f"query holder {NOBODY} --key KEY --passphrase-file FILE",
    f"query receipt {HASH} {NOBODY} --key KEY --passphrase-file FILE",
    f"testnet make -n 1 OUT {FOUND} --passphrase-file FILE",
    f"tx OpenAccount MESSAGE {NOBODY} --key KEY --passphrase-file FILE",
]
CONTENTS = [
    ("bytes that are no UTF-8", b"\xff"),
    ("the mark of another encoding", b"\xff\xfe"),
    ("nothing", b""),
    ("noughts", bytes(100)),
    ("an empty object", b"{}"),
    ("a list", b"[1]"),
    ("very deep", b"[" * 100_000),
    ("a number too long", b"9" * 10_000),
    ("half a character", b'"\\ud800"'),
]
NO_FILES = ["a folder", "not there", "below a file"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_key(tmp_path / "KEY", SigningKey(bytes(32)), b"secret", LEAST)
    (tmp_path / "PHRASE").write_text("secret\n")
    (tmp_path / "MESSAGE").write_text(f'{{"seed": "{HASH}", "retirement": false}}')
    (tmp_path / "FOLDER").mkdir()
    (tmp_path / "GENESIS").write_bytes(sign_genesis(build_genesis(PLAN), OFFICER_SEEDS))
    return tmp_path


def cfi(line: str) -> Result:
    """A command line, every word in capitals a file."""
    return CliRunner().invoke(main, shlex.split(line))


def is_a_fault(told: Result) -> bool:
    said = told.stderr.strip().splitlines()
    ended = isinstance(told.exception, SystemExit) and told.stdout == ""
    return ended and told.exit_code == 2 and 0 < len(said) < 12 and all(map(len, said[:1]))


@pytest.mark.parametrize(("sentence", "content"), CONTENTS, ids=[row[0] for row in CONTENTS])
@pytest.mark.parametrize("line", LINES)
def test_what_a_file_holds(place: Path, line: str, sentence: str, content: bytes) -> None:
    (place / "FILE").write_bytes(content)
    told = cfi(line)
    assert is_a_fault(told), (told.exit_code, told.output, told.exception)
    assert not (place / "OUT").exists()


@pytest.mark.parametrize("what", NO_FILES)
@pytest.mark.parametrize("line", [*LINES, *PASSPHRASES])
def test_what_is_no_file(place: Path, line: str, what: str) -> None:
    name = "FILE"
    if what == "a folder":
        (place / "FILE").mkdir()
    elif what == "below a file":
        name = "KEY/FILE"
    told = cfi(line.replace("FILE", name))
    assert is_a_fault(told), (told.exit_code, told.output, told.exception)


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n"])
@pytest.mark.parametrize("line", PASSPHRASES)
def test_an_empty_passphrase(place: Path, line: str, content: bytes) -> None:
    (place / "FILE").write_bytes(content)
    told = cfi(line)
    assert is_a_fault(told), (told.exit_code, told.output, told.exception)
    assert "it holds no passphrase" in told.stderr
    assert not (place / "NEW").exists()
    assert not (place / "OUT").exists()


def files_of() -> Iterator[tuple[str, str]]:
    """Every command's options and arguments that name a file which has to be there."""
    for path, command in LEAVES.items():
        for each in command.params:
            if isinstance(each.type, click.Path) and each.type.exists and each.type.file_okay:
                yield " ".join(path), each.opts[0]


@pytest.mark.parametrize(("command", "option"), sorted(files_of()))
def test_every_file_of_a_command_is_among_the_lines(command: str, option: str) -> None:
    of_command = [line for line in [*LINES, *PASSPHRASES] if line.startswith(command)]
    wanted = f"{option} FILE" if option.startswith("-") else " FILE"
    shared = option in ("--header", "--key", "--passphrase-file") and command.startswith("audit")
    assert shared or any(wanted in line for line in of_command)


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="the system has no full device")
@pytest.mark.parametrize("line", ["calc position --example", "version", "--help", "config view --home NEW"])
def test_an_answer_that_cannot_be_written(place: Path, line: str) -> None:
    command = [sys.executable, "-m", "cfi.node", *shlex.split(line)]
    with FULL.open("wb") as full:
        told = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert told.returncode == 1
    assert "Traceback" not in told.stderr
    assert len(told.stderr.splitlines()) == 1
