"""A home: its folders, its settings, its lock."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from cfi.node.home import Home, HomeError, LockedError, WrongInputError
from cfi.node.settings import Settings

CHOSEN = Settings(listen="127.0.0.1:9000", empty_block_seconds=2.5, log_level="debug")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "node")
    made.create(CHOSEN)
    return made


class TestANewHome:
    def test_has_its_folders_and_belongs_to_its_owner(self, home: Home) -> None:
        for folder in (home.keys, home.blocks, home.validator_key.parent, home.socket.parent):
            assert folder.is_dir()
        assert home.root.stat().st_mode & 0o777 == 0o700

    def test_keeps_the_settings(self, home: Home) -> None:
        assert home.settings() == CHOSEN

    def test_may_be_made_again_until_a_chain_stands_there(self, home: Home) -> None:
        home.create(Settings())
        assert home.settings() == Settings()
        home.genesis_file.write_bytes(b"")
        with pytest.raises(HomeError, match="has a chain already"):
            home.create(CHOSEN)
        assert home.settings() == Settings()

    def test_has_every_path_below_its_root(self, home: Home) -> None:
        paths = (
            home.admission_key,
            home.ledger,
            home.quarantine,
            home.validator_state,
            home.lock_file,
        )
        assert all(path.is_relative_to(home.root) for path in paths)
        assert len(set(paths)) == len(paths)


class TestSettings:
    def test_every_fault_is_a_line_that_names_the_file(self, home: Home) -> None:
        home.settings_file.write_text('lissten = "127.0.0.1:1"\nlog_level = "loud"\n')
        with pytest.raises(HomeError) as caught:
            home.settings()
        assert str(caught.value).splitlines() == [
            f"{home.settings_file}: unknown setting lissten; did you mean listen?",
            f"{home.settings_file}: log_level is none of debug, info, warning, error",
        ]

    def test_the_environment_wins_over_the_file(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CFI_LISTEN", "127.0.0.1:9999")
        assert home.settings() == replace(CHOSEN, listen="127.0.0.1:9999")
        monkeypatch.setenv("CFI_LOG_LEVEL", "loud")
        with pytest.raises(WrongInputError, match=r"^CFI_LOG_LEVEL is none of"):
            home.settings()

    @pytest.mark.parametrize("text", [b"\xff", b'listen = "\xff"', b"listen = "])
    def test_a_file_that_is_no_toml_is_named(self, home: Home, text: bytes) -> None:
        home.settings_file.write_bytes(text)
        with pytest.raises(WrongInputError, match=r"node\.toml: "):
            home.settings()

    def test_a_file_that_cannot_be_read_is_named(self, home: Home) -> None:
        home.settings_file.unlink()
        home.settings_file.mkdir()
        with pytest.raises(HomeError, match=r"node\.toml: "):
            home.settings()

    def test_a_folder_that_is_no_home_says_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(HomeError, match="run `cfi init"):
            Home(tmp_path).settings()


def test_a_path_too_long_for_sockets_is_said_beforehand(tmp_path: Path) -> None:
    Home(tmp_path / "node").require_short_path()
    with pytest.raises(HomeError, match="bytes too long for its sockets; move the home"):
        Home(tmp_path / ("n" * 100)).require_short_path()


class TestTheLock:
    def test_holds_others_off_until_it_is_let_go(self, home: Home) -> None:
        held = home.lock()
        with pytest.raises(LockedError, match="stop it first"):
            home.lock()
        os.close(held)
        os.close(home.lock())

    def test_makes_its_folder(self, tmp_path: Path) -> None:
        os.close(Home(tmp_path).lock())
        assert Home(tmp_path).lock_file.exists()


def test_a_home_without_its_data_signs_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "node")
    home.create(Settings())
    home.require_data()
    shutil.rmtree(tmp_path / "node/data")
    with pytest.raises(HomeError, match="is gone, and what this validator last signed with it"):
        home.require_data()
