"""CometBFT's program: where it is, and whether it is of a version that this ledger runs with."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from cfi.node.home import HomeError

PINNED: Final = (0, 38, 25)
"""What `make engine` builds."""
OLDEST: Final = (0, 38, 21)
"""Versions before don't compare a commit's indexes with its addresses."""
BUILT: Final = Path(__file__).resolve().parents[3] / ".engine"
"""Where `make engine` puts its programs: beside the sources."""
_PATIENCE_SECONDS: Final = 30


def find_engine(chosen: Path | None) -> Path:
    """CometBFT's program: the chosen one, else the one built here, else the one on the path; raises
    HomeError unless it is of a version from OLDEST on in the same line.
    """
    program = chosen or _built("cometbft") or _on_path()
    if program is None:
        raise HomeError(
            "CometBFT is missing: run `make engine`, or name its program in engine_binary"
        )
    version = engine_version(program)
    if version[:2] != PINNED[:2] or version < OLDEST:
        raise HomeError(
            f"{program} is CometBFT {_dotted(version)}: {_dotted(OLDEST)} or later of the same "
            f"line is needed, best {_dotted(PINNED)}; run `make engine`"
        )
    return program


def find_importer() -> Path:
    """The program that imports blocks, as `make engine` built it; raises HomeError."""
    program = _built("cfi-import")
    if program is None:
        raise HomeError("cfi-import is missing: run `make engine`")
    return program


def engine_version(program: Path) -> tuple[int, int, int]:
    """The version that CometBFT's program tells; raises HomeError if it is no such program."""
    try:
        told = subprocess.run(
            [program, "version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE_SECONDS,
        ).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise HomeError(f"{program} can't be run: {error}; run `make engine`") from error
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)(\+\w+)?$", told.strip())
    if found is None:
        raise HomeError(f"{program} tells no version of CometBFT: run `make engine`")
    return int(found[1]), int(found[2]), int(found[3])


def _built(name: str) -> Path | None:
    program = BUILT / name
    return program if program.exists() else None


def _on_path() -> Path | None:
    found = shutil.which("cometbft")
    return None if found is None else Path(found)


def _dotted(version: tuple[int, int, int]) -> str:
    return ".".join(str(number) for number in version)
