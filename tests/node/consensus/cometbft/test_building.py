"""`make engine` builds what it says, or says in one line why it can't."""

import subprocess
import sys
from pathlib import Path

import pytest

from cfi.node.consensus.cometbft import building, gotool
from cfi.node.consensus.cometbft.binary import PINNED, engine_version
from cfi.node.consensus.cometbft.building import PROGRAMS, build_engine


def test_both_programs_are_built(tmp_path: Path) -> None:
    build_engine(tmp_path / "made")
    assert {path.name for path in (tmp_path / "made").iterdir()} == set(PROGRAMS)
    assert engine_version(tmp_path / "made" / "cometbft") == PINNED
    refused = subprocess.run(
        [tmp_path / "made" / "cfi-import"], capture_output=True, text=True, check=False
    )
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)


def test_what_is_missing_is_one_line(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", building.__name__],
        env={gotool.VARIABLE: str(tmp_path / "absent")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr.count("\n")) == (1, 1)
    assert "install Go 1.25 or later" in run.stderr


def test_a_program_stays_until_the_new_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cfi-import").write_text("old")
    monkeypatch.setattr(building, "MODULE", tmp_path)
    with pytest.raises(gotool.GoError):
        build_engine(tmp_path)
    assert (tmp_path / "cfi-import").read_text() == "old"
