"""`cfi key`: key files are made, listed, and never overwritten."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cfi.client.cli.key import key
from cfi.client.wallet import keystore
from cfi.client.wallet.keystore import LEAST, new_key, write_key
from cfi.contracts.wire.possession import proves_possession
from cfi.contracts.wire.schema import PublicKey, Signature


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases that are quick to try: their hardness is the keystore's own tests'."""
    monkeypatch.setattr(keystore.write_key, "__defaults__", (LEAST,))


def test_a_new_key_prints_its_public_key(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("secret\n")
    file = tmp_path / "me.json"
    ended = CliRunner().invoke(key, ["new", str(file), "--passphrase-file", str(tmp_path / "p")])
    assert ended.exit_code == 0
    assert ended.output.strip() == keystore.read_key(file, b"secret").public_key.hex()


def test_the_passphrase_is_asked_for_twice(tmp_path: Path) -> None:
    file = tmp_path / "me.json"
    ended = CliRunner().invoke(key, ["new", str(file)], input="one\none\n")
    assert ended.exit_code == 0
    assert len(keystore.read_key(file, b"one").public_key) == 32


def test_where_nobody_can_type_a_passphrase_it_says_so(tmp_path: Path) -> None:
    ended = CliRunner().invoke(key, ["new", str(tmp_path / "me.json")], input="")
    assert ended.exit_code == 2
    says = "cfi: nobody is here to type the passphrase: give --passphrase-file\n"
    assert ended.stderr.endswith(says)
    assert not (tmp_path / "me.json").exists()


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "me.json"
    write_key(file, new_key(), b"one", LEAST)
    ended = CliRunner().invoke(key, ["new", str(file)], input="one\none\n")
    assert ended.exit_code == 1
    assert "never overwritten" in ended.output


class TestProve:
    def test_the_ledger_takes_what_it_prints(self, tmp_path: Path) -> None:
        made = new_key()
        write_key(tmp_path / "a.json", made, b"one", LEAST)
        (tmp_path / "p").write_text("one\n")
        words = ["--chain-id", "cfi-1", "--holder", "company-a", "--user", "user-2"]
        file = str(tmp_path / "a.json")
        ended = CliRunner().invoke(key, ["prove", file, *words, "--passphrase-file", str(tmp_path / "p")])
        told = json.loads(ended.stdout)
        assert told["key"] == made.public_key.hex()
        found = PublicKey(bytes.fromhex(told["key"]))
        possession = Signature(bytes.fromhex(told["possession"]))
        assert proves_possession("cfi-1", "company-a", "user-2", found, possession)
        assert not proves_possession("cfi-1", "company-a", "user-1", found, possession)
        assert made.seed.hex() not in ended.output


def test_a_folder_is_listed_without_a_passphrase(tmp_path: Path) -> None:
    made = new_key()
    write_key(tmp_path / "a.json", made, b"one", LEAST)
    (tmp_path / "b.json").write_text("{}")
    shown = CliRunner().invoke(key, ["list", str(tmp_path)])
    assert f"{made.public_key.hex()}  a.json" in shown.output
    assert "b.json is no key file" in shown.output
    told = CliRunner().invoke(key, ["list", str(tmp_path), "--json"])
    assert json.loads(told.stdout) == {"a.json": made.public_key.hex()}


def test_a_listed_file_that_others_can_open_is_told_of(tmp_path: Path) -> None:
    file, made = tmp_path / "a.json", new_key()
    write_key(file, made, b"one", LEAST)
    file.chmod(0o644)
    ended = CliRunner().invoke(key, ["list", str(tmp_path), "--json"])
    assert ended.exit_code == 0
    assert json.loads(ended.stdout) == {"a.json": made.public_key.hex()}
    assert ended.stderr == f"cfi: others can open the key file {file}: chmod 600 {file}\n"


def test_a_file_that_others_can_open_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("one\n")
    file = tmp_path / "a.json"
    write_key(file, new_key(), b"one", LEAST)
    file.chmod(0o644)
    words = ["--chain-id", "cfi-1", "--holder", "company-a", "--user", "user-2"]
    passphrase = ["--passphrase-file", str(tmp_path / "p")]
    ended = CliRunner().invoke(key, ["prove", str(file), *words, *passphrase])
    assert ended.exit_code == 2
    assert ended.stderr == f"cfi: others can open the key file {file}: chmod 600 {file}\n"
