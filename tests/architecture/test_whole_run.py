"""A run that runs nothing, or skips something, is no proof."""

import subprocess
import sys
from collections import Counter

from tests.architecture.tree import ROOT
from tests.conftest import absent, dealt, suites


def test_every_suite_must_have_passed_something() -> None:
    everything = Counter(suites((ROOT / "tests").glob("*/**/test_*.py")))
    assert "architecture" in everything
    assert absent(everything, []) == []
    del everything["architecture"]
    assert absent(everything, []) == ["architecture: no test ran"]
    assert absent(everything, [], ["tests/architecture"]) == []


def test_a_skip_is_a_failure() -> None:
    everything = Counter(suites((ROOT / "tests").glob("*/**/test_*.py")))
    assert absent(everything, ["tests/a.py::test_b"]) == ["tests/a.py::test_b: skipped"]


def test_each_process_begins_with_its_share_of_the_long_tests() -> None:
    assert dealt("ABC", "uvwxyz", 3) == list("AuvBwxCyz")
    assert dealt("ABCDE", "xyz", 2) == list("ABxCDEyz")
    assert dealt("AB", "xy", 1) == list("ABxy")
    assert dealt("", "xy", 3) == list("xy")


def test_every_long_form_is_run_by_make_soak() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (line,) = [each for each in makefile.splitlines() if each.startswith("LONG ")]
    folders = [ROOT / each for each in line.split(":=")[1].split()]
    long = [
        path
        for path in (ROOT / "tests").rglob("test_*.py")
        if any(line.startswith("from tests.effort") for line in path.read_text().splitlines())
    ]
    assert len(long) > 20
    assert [str(path) for path in long if not any(map(path.is_relative_to, folders))] == []


def test_a_whole_run_that_selects_nothing_fails() -> None:
    command = "-m pytest --whole -q -p no:xdist -k no_such_test tests/architecture/test_whole_run.py"
    run = subprocess.run(
        [sys.executable, *command.split()],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode != 0
    assert "architecture: no test ran" in run.stdout
