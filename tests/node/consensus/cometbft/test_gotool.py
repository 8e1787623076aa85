"""Where Go is found, and what is said where it isn't."""

import subprocess
import sys
from pathlib import Path

import pytest

from cfi.node.consensus.cometbft import gotool
from cfi.node.consensus.cometbft.gotool import GoError, find_go, go_build


def go(folder: Path, version: str) -> Path:
    """A go command of a version."""
    folder.mkdir(exist_ok=True)
    path = folder / "go"
    path.write_text(f"#!/bin/sh\necho go{version}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No Go; returns a folder whose `path` is searched and whose `env` is the environment's."""
    monkeypatch.delenv(gotool.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "env" / "python"))
    return tmp_path


class TestWhereGoIsFound:
    def test_the_named_one_goes_first_then_the_environments_then_the_paths(
        self, nowhere: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        on_path = go(nowhere / "path", "1.26.6")
        assert find_go() == on_path
        beside = go(nowhere / "env", "1.25.0")
        assert find_go() == beside
        named = go(nowhere / "named", "2.0")
        monkeypatch.setenv(gotool.VARIABLE, str(named))
        assert find_go() == named

    def test_one_that_is_too_old_is_passed_over(self, nowhere: Path) -> None:
        go(nowhere / "env", "1.24.9")
        on_path = go(nowhere / "path", "1.26.6")
        assert find_go() == on_path

    def test_none_says_so_in_one_line(self, nowhere: Path) -> None:
        with pytest.raises(GoError, match=r"^Go is missing: install Go 1\.25 or later, .*CFI_GO$"):
            find_go()

    def test_a_named_one_that_is_none_is_told(
        self, nowhere: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go(nowhere / "path", "1.26.6")
        for named in (nowhere / "absent", go(nowhere / "named", "od")):
            monkeypatch.setenv(gotool.VARIABLE, str(named))
            with pytest.raises(GoError, match=f"^{named} is no Go, or too old: "):
                find_go()


def test_what_the_compiler_says_is_told(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.org/broken\n\ngo 1.25\n")
    (tmp_path / "main.go").write_text("package main\n\nfunc main() { nothing() }\n")
    with pytest.raises(GoError, match="undefined: nothing"):
        go_build(tmp_path, ".", tmp_path / "program")


def test_as_a_program_it_prints_where_go_is_or_what_is_missing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cfi.node.consensus.cometbft.gotool"]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout == f"{find_go()}\n"
    absent = {gotool.VARIABLE: str(tmp_path / "absent")}
    none = subprocess.run(command, capture_output=True, text=True, check=False, env=absent)
    assert (none.returncode, none.stderr.count("\n")) == (1, 1)
