"""Which CometBFT is run: where it is found, and which versions are refused."""

import os
from pathlib import Path

import pytest

from cfi.node.consensus.cometbft import binary
from cfi.node.consensus.cometbft.binary import PINNED, engine_version, find_engine, find_importer
from cfi.node.home import HomeError
from tests.engine import built_engine

VERSIONS = [
    #  sentence                          what the program tells   found
    ("the pinned version",               "0.38.25",               True),
    ("with a commit's hash",             "0.38.25+1a2b3c4",       True),
    ("the oldest",                       "v0.38.21",              True),
    ("a later one of the same line",     "0.38.99",               True),
    ("one before the oldest",            "0.38.20",               False),
    ("the line before",                  "0.37.25",               False),
    ("the line after",                   "1.0.1",                 False),
    ("no version",                       "usage: something",      False),
    ("nothing",                          "",                      False),
]  # fmt: skip


def program(folder: Path, told: str, name: str = "cometbft") -> Path:
    """A program that tells a version."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{told}'\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing is built and nothing on the path; returns the folder where it would be built."""
    monkeypatch.setattr(binary, "BUILT", tmp_path / "built")
    monkeypatch.setenv("PATH", str(tmp_path / "path") + os.pathsep + "/bin")
    (tmp_path / "built").mkdir()
    (tmp_path / "path").mkdir()
    return tmp_path / "built"


@pytest.mark.parametrize(("sentence", "told", "found"), VERSIONS, ids=[row[0] for row in VERSIONS])
def test_versions(tmp_path: Path, sentence: str, told: str, found: bool) -> None:
    chosen = program(tmp_path, told)
    if found:
        assert find_engine(chosen) == chosen
    else:
        with pytest.raises(HomeError, match="make engine"):
            find_engine(chosen)


def test_the_chosen_one_goes_before_the_built_one_and_that_before_the_path(nowhere: Path) -> None:
    on_path = program(nowhere.parent / "path", "0.38.25")
    assert find_engine(None) == on_path
    built = program(nowhere, "0.38.25")
    assert find_engine(None) == built
    chosen = program(nowhere.parent, "0.38.25", "chosen")
    assert find_engine(chosen) == chosen


def test_none_at_all_says_what_to_run(nowhere: Path) -> None:
    with pytest.raises(HomeError, match="CometBFT is missing: run `make engine`"):
        find_engine(None)
    with pytest.raises(HomeError, match="cfi-import is missing: run `make engine`"):
        find_importer()


def test_a_chosen_one_that_is_not_there_is_no_reason_to_take_another(nowhere: Path) -> None:
    program(nowhere, "0.38.25")
    with pytest.raises(HomeError, match="can't be run"):
        find_engine(nowhere / "absent")


def test_the_built_one_is_the_pinned_one() -> None:
    assert engine_version(built_engine()) == PINNED
    assert find_engine(None) == built_engine()
    assert find_importer().parent == built_engine().parent
