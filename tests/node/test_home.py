"""A home: its folders, its settings, its lock."""

import os
from pathlib import Path

import pytest

from cfi.node.home import Home, HomeError, LockedError, Settings, settings_text

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


USUAL = settings_text(Settings())
WRONG = [
    # sentence                            the settings file                  the error
    ("an unknown name",                   'colour = "red"',                  "unknown setting colour$"),
    ("a misspelt name",                   'lissten = "127.0.0.1:1"',         "unknown setting lissten; did you mean listen\\?"),
    ("a number for a text",               "listen = 8470",                   "listen has the wrong type"),
    ("a text for a number",               'empty_block_seconds = "10"',      "empty_block_seconds has the wrong type"),
    ("a truth for a number",              "empty_block_seconds = true",      "empty_block_seconds has the wrong type"),
    ("no TOML",                           "listen = ",                       "config.toml: "),
]  # fmt: skip


class TestSettings:
    @pytest.mark.parametrize(("sentence", "text", "error"), WRONG, ids=[row[0] for row in WRONG])
    def test_what_is_refused(self, home: Home, sentence: str, text: str, error: str) -> None:
        home.settings_file.write_text(text)
        with pytest.raises(HomeError, match=error):
            home.settings()

    def test_what_is_left_out_is_as_usual(self, home: Home) -> None:
        home.settings_file.write_text("empty_block_seconds = 3\n")
        assert home.settings() == Settings(empty_block_seconds=3)

    def test_the_file_explains_each(self) -> None:
        lines = USUAL.splitlines()
        for name in ("listen", "empty_block_seconds", "log_level"):
            at = next(at for at, line in enumerate(lines) if line.startswith(f"{name} = "))
            assert lines[at - 1].startswith("# ")

    def test_a_folder_that_is_no_home_says_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(HomeError, match="run `cfi init"):
            Home(tmp_path).settings()


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
