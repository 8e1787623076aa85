"""The Go command: where it is, and programs built with it. Run as a program it prints where."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

VARIABLE: Final = "CFI_GO"
OLDEST: Final = (1, 25)
_SECONDS: Final = 1_800
_NEEDED: Final = f"install Go {OLDEST[0]}.{OLDEST[1]} or later, or name its command in {VARIABLE}"


class GoError(Exception):
    """Go is missing, or a program can't be built; the sentence says why."""


def find_go() -> Path:
    """The go command: $CFI_GO, else the environment's own, else the one on the path, whichever is
    new enough; raises GoError.
    """
    seen = []
    for candidate in _candidates():
        version = _version(candidate)
        if version >= OLDEST:
            return candidate
        seen.append(f"{candidate} is no Go, or too old")
    raise GoError(f"{'; '.join(seen) or 'Go is missing'}: {_NEEDED}")


def go_build(module: Path, package: str, output: Path, *options: str) -> None:
    """Build a package of a Go module into a file, without cgo; raises GoError with what the
    compiler says.
    """
    fixed = ["build", "-trimpath", "-buildvcs=false"]
    built = subprocess.run(
        [find_go(), *fixed, *options, "-o", output, package],
        cwd=module,
        env=go_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    if built.returncode != 0:
        raise GoError(f"{package} can't be built: {built.stderr.strip()}")


def go_environment() -> dict[str, str]:
    """The environment in which go takes the modules as locked, and no other compiler or Go."""
    fixed = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "local"}
    return {**os.environ, **fixed}


def _candidates() -> Iterator[Path]:
    named = os.environ.get(VARIABLE)
    if named:
        yield Path(named)
        return
    beside = Path(sys.executable).parent / "go"
    if beside.exists():
        yield beside
    on_path = shutil.which("go")
    if on_path is not None:
        yield Path(on_path)


def _version(go: Path) -> tuple[int, int]:
    """A go command's version; (0, 0) if it has none."""
    try:
        asked = subprocess.run(
            [go, "env", "GOVERSION"],
            env=go_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return 0, 0
    found = re.search(r"go(\d+)\.(\d+)", asked.stdout)
    return (0, 0) if found is None else (int(found[1]), int(found[2]))


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{find_go()}\n")
    except GoError as error:
        sys.exit(str(error))
