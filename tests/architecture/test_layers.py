"""Imports point one way: node, client, genesis, contracts; and inside contracts too."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT

PLANTED = [
    # sentence                          where                                    import
    ("contracts import no node", "contracts/wire/planted.py", "cfi.node"),
    ("contracts import no client", "contracts/state/planted.py", "cfi.client"),
    ("genesis imports no client", "genesis/planted.py", "cfi.client"),
    ("client imports no node", "client/light/planted.py", "cfi.node"),
    ("wire imports no state", "contracts/wire/planted.py", "cfi.contracts.state"),
    ("state imports no figures", "contracts/state/planted.py", "cfi.contracts.figures"),
    ("rules import no due work", "contracts/rules/planted.py", "cfi.contracts.due"),
    ("rules import no transition", "contracts/rules/planted.py", "cfi.contracts.transition"),
    ("rules import no rules", "contracts/rules/custody/planted.py", "cfi.contracts.rules.custody.other"),
]


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache"], cwd=tree, check=False, capture_output=True, text=True
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages without their content but for the folders' openings."""
    for package in (*PACKAGES, "cfi"):
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            symlinks=True,
            ignore=lambda _, names: [n for n in names if "." in n and n != "__init__.py"],
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "contracts/rules/custody").mkdir(exist_ok=True)
    for module in ("__init__", "other"):
        (tmp_path / f"contracts/rules/custody/{module}.py").touch()
    return tmp_path


def test_the_layers_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


def test_the_copy_holds_before_anything_is_planted(copy: Path) -> None:
    assert lint(copy).returncode == 0


@pytest.mark.parametrize(("sentence", "where", "imported"), PLANTED, ids=lambda value: value)
def test_a_wrong_import_is_found(copy: Path, sentence: str, where: str, imported: str) -> None:
    (copy / where).write_text(f"import {imported}\n")
    result = lint(copy)
    assert result.returncode != 0, sentence
    assert "BROKEN" in result.stdout
