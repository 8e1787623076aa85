"""The Go code is formatted and sound, its modules are tidy, and its own tests pass."""

import subprocess
from pathlib import Path

import pytest

from cfi.node.consensus.cometbft.gotool import find_go, go_environment
from tests.architecture.tree import ROOT, files

MODULES = [path.parent for path in files() if path.name == "go.mod"]
SECONDS = 1_800


def go(module: Path, *arguments: str) -> str:
    """What a go command says that succeeds."""
    run = subprocess.run(
        [find_go(), *arguments],
        cwd=ROOT / module,
        env=go_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def gofmt(*paths: Path) -> list[str]:
    """The files that aren't formatted."""
    program = Path(go(MODULES[0], "env", "GOROOT").strip()) / "bin" / "gofmt"
    listed = subprocess.run(
        [program, "-l", *paths], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return listed.stdout.splitlines()


def test_there_are_modules() -> None:
    assert len(MODULES) == 2


def test_every_file_is_formatted(tmp_path: Path) -> None:
    paths = files(".go")
    assert paths
    assert gofmt(*paths) == []
    planted = tmp_path / "planted.go"
    planted.write_text("package planted\nfunc  f( ) {}\n")
    assert gofmt(planted) == [str(planted)]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_is_sound(module: Path) -> None:
    go(module, "vet", "./...")
    go(module, "mod", "verify")


def test_the_importers_own_tests_pass() -> None:
    (module,) = (module for module in MODULES if module.parts[0] == "node")
    said = go(module, "test", "-v", "./...")
    assert said.count("--- PASS") >= 3
