"""Builds the Go programs that the ledger is compared with."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from cfi.node.consensus.cometbft import gotool

MODULE: Final = Path(__file__).parent / "go"


@cache
def go_build(package: str) -> Path:
    """The program built from a folder of the Go module; kept until this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="cfi-go-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    program = folder / package
    gotool.go_build(MODULE, f"./{package}", program)
    return program
