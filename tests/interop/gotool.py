"""Builds the Go programs that the ledger is compared with."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

MODULE: Final = Path(__file__).parent / "go"
GO_VARIABLE: Final = "CFI_GO"


def find_go() -> Path:
    """The go command: $CFI_GO, the environment's own, or the one on the path; raises FileNotFoundError."""
    beside = Path(sys.executable).parent / "go"
    named = os.environ.get(GO_VARIABLE) or (beside if beside.exists() else shutil.which("go"))
    if named is None or not Path(named).exists():
        raise FileNotFoundError(f"no go command: set {GO_VARIABLE} or run make setup")
    return Path(named)


@cache
def go_build(package: str) -> Path:
    """The program built from a folder of the Go module; kept until this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="cfi-go-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    program = folder / package
    built = subprocess.run(
        [find_go(), "build", "-o", program, f"./{package}"],
        cwd=MODULE,
        env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert built.returncode == 0, built.stderr
    return program
