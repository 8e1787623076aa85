"""ruff and mypy are set to find what the house forbids."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

HEAD = '"""Planted."""\n\n'
BRANCHES = "".join(f"    if a == {n}:\n        b += {n}\n" for n in range(8))

RUFF = [
    # sentence                            code       where              source
    ("a clock in contracts", "TID251", "contracts/a.py", "import time\n"),
    ("randomness in contracts", "TID251", "contracts/a.py", "from random import randint\n"),
    ("a relative import", "TID252", "client/a.py", "from . import b\n"),
    ("a relative import upwards", "TID252", "client/cli/a.py", "from .. import b\n"),
    ("nine ways through", "C901", "node/a.py", f"def f(a: int, b: int) -> None:\n{BRANCHES}"),
    ("101 columns", "E501", "node/a.py", f'A = "{"a" * 95}"\n'),
    ("no annotation", "ANN001", "node/a.py", "def f(a) -> None: ...\n"),
    ("what is left for later", "FIX002", "node/a.py", "# TO" + "DO: later\n"),
]

MYPY = [
    ("untyped definitions", "no-untyped-def", "def f(a): return a"),
    (
        "a case left out",
        "exhaustive-match",
        "def f(a: bool) -> None:\n  match a:\n    case True: pass",
    ),
    (
        "an override that doesn't say so",
        "explicit-override",
        "class A:\n  def f(self) -> None: pass\nclass B(A):\n  def f(self) -> None: pass",
    ),
    (
        "what may not be there",
        "possibly-undefined",
        "def f(a: bool) -> int:\n  if a:\n    b = 1\n  return b",
    ),
    ("an ignore without a code", "ignore-without-code", "a: int = ''  # type: ignore"),
    ("an ignore for nothing", "unused-ignore", "a: int = 1  # type: ignore[assignment]"),
]


def tool(name: str, *arguments: str, source: str = "") -> str:
    program = Path(sys.executable).with_name(name)
    run = subprocess.run(
        [program, *arguments], cwd=ROOT, check=False, capture_output=True, text=True, input=source
    )
    assert run.returncode == 1, run.stderr
    return run.stdout


@pytest.mark.parametrize(("sentence", "code", "where", "source"), RUFF, ids=lambda v: v[:30])
def test_ruff_finds(sentence: str, code: str, where: str, source: str) -> None:
    found = tool("ruff", "check", "--quiet", "--stdin-filename", where, "-", source=HEAD + source)
    assert code in found, sentence


def test_mypy_finds(tmp_path: Path) -> None:
    planted = [tmp_path / f"planted_{number}.py" for number, _ in enumerate(MYPY)]
    for path, (_, _, source) in zip(planted, MYPY, strict=True):
        path.write_text(source + "\n")
    cache = f"--cache-dir={tmp_path}"
    found = tool("mypy", cache, "--show-error-codes", *map(str, planted)).splitlines()
    for path, (sentence, code, _) in zip(planted, MYPY, strict=True):
        assert any(path.name in line and f"[{code}]" in line for line in found), sentence
