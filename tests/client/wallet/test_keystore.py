"""Keystore files: what is written opens again, and nothing else does."""

import json
import stat
from pathlib import Path

import pytest

from cfi.client.wallet.keystore import (
    LEAST,
    KeystoreError,
    WrongPassphraseError,
    new_key,
    public_key_in,
    read_key,
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
            ({"passes": 0}, "less work"),
            ({"memory_bytes": 1}, "less work"),
            ({"public_key": "00" * 32}, "another public key"),
            ({"encrypted_seed": "AAAA"}, "doesn't open"),
        ],
    )
    def test_a_changed_file(self, path: Path, change: dict[str, object], said: str) -> None:
        write_key(path, new_key(), b"a passphrase", LEAST)
        path.write_text(json.dumps(json.loads(path.read_text()) | change))
        with pytest.raises(KeystoreError, match=said):
            read_key(path, b"a passphrase")

    @pytest.mark.parametrize("content", ["", "[]", '{"format": "cfi-keystore-1", "public_key": 1}'])
    def test_a_file_that_is_none(self, path: Path, content: str) -> None:
        path.parent.mkdir()
        path.write_text(content)
        with pytest.raises(KeystoreError):
            public_key_in(path)
        with pytest.raises(KeystoreError):
            read_key(path, b"a passphrase")
