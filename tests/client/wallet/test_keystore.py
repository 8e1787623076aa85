"""Keystore files: what is written opens again, and nothing else does."""

import json
import os
import stat
from pathlib import Path

import pytest

from cfi.client.wallet.keystore import (
    LEAST,
    MOST,
    USUAL,
    KeystoreError,
    WrongPassphraseError,
    new_key,
    public_key_in,
    read_key,
    require_sound,
    write_key,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "officer-1.json"


class TestWhatAKeyFileIs:
    def test_it_opens_under_its_passphrase(self, path: Path) -> None:
        key = new_key()
        write_key(path, key, b"a passphrase", LEAST)
        assert read_key(path, b"a passphrase") == key
        assert public_key_in(path) == key.public_key

    def test_only_its_owner_may_read_it(self, path: Path) -> None:
        write_key(path, new_key(), b"a passphrase", LEAST)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_what_is_written_is_between_the_least_and_the_most(self) -> None:
        assert LEAST.passes <= USUAL.passes <= MOST.passes
        assert LEAST.memory <= USUAL.memory <= MOST.memory

    def test_a_wide_umask_makes_it_no_wider(self, path: Path) -> None:
        before = os.umask(0)
        try:
            write_key(path, new_key(), b"a passphrase", LEAST)
        finally:
            os.umask(before)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_it_holds_no_seed_in_the_clear_and_the_key_prints_none(self, path: Path) -> None:
        key = new_key()
        write_key(path, key, b"a passphrase", LEAST)
        assert key.seed.hex() not in path.read_text()
        assert key.seed.hex() not in repr(key)


class TestWhatIsRefused:
    def test_another_passphrase(self, path: Path) -> None:
        write_key(path, new_key(), b"a passphrase", LEAST)
        with pytest.raises(WrongPassphraseError, match="doesn't open"):
            read_key(path, b"another")

    def test_a_second_key_under_the_same_name(self, path: Path) -> None:
        write_key(path, new_key(), b"a passphrase", LEAST)
        with pytest.raises(KeystoreError, match="never overwritten"):
            write_key(path, new_key(), b"a passphrase", LEAST)

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"format": "other"}, "no key file"),
            ({"salt": "?"}, "no key file"),
            ({"passes": LEAST.passes - 1}, "less work"),
            ({"memory_bytes": LEAST.memory - 1}, "less work"),
            ({"passes": MOST.passes + 1}, "more work"),
            ({"memory_bytes": MOST.memory + 1}, "more work"),
            ({"memory_bytes": 2**62}, "more work"),
            ({"public_key": "00" * 32}, "another public key"),
            ({"public_key": "00"}, "no key file"),
            ({"more": "x" * 20_000}, "can't be read"),
            ({"encrypted_seed": "AAAA"}, "doesn't open"),
        ],
    )
    def test_a_changed_file(self, path: Path, change: dict[str, object], said: str) -> None:
        write_key(path, new_key(), b"a passphrase", LEAST)
        path.write_text(json.dumps(json.loads(path.read_text()) | change))
        with pytest.raises(KeystoreError, match=said):
            read_key(path, b"a passphrase")

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644])
    def test_a_file_that_others_can_open(self, path: Path, mode: int) -> None:
        write_key(path, new_key(), b"a passphrase", LEAST)
        path.chmod(mode)
        sentence = f"others can open the key file {path}: chmod 600 {path}"
        with pytest.raises(KeystoreError, match=f"^{sentence}$"):
            read_key(path, b"a passphrase")
        with pytest.raises(KeystoreError, match=f"^{sentence}$"):
            require_sound(path)

    def test_what_another_user_owns_is_that_ones_to_guard(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = new_key()
        write_key(path, key, b"a passphrase", LEAST)
        path.chmod(0o640)
        monkeypatch.setattr("os.getuid", lambda: path.stat().st_uid + 1)
        assert read_key(path, b"a passphrase") == key

    @pytest.mark.parametrize("content", ["", "[]", '{"format": "cfi-keystore-1", "public_key": 1}'])
    def test_a_file_that_is_none(self, path: Path, content: str) -> None:
        path.parent.mkdir()
        path.write_text(content)
        with pytest.raises(KeystoreError):
            public_key_in(path)
        with pytest.raises(KeystoreError):
            read_key(path, b"a passphrase")
