"""What takes long to make is made once a run, though the tests run in several processes."""

from collections.abc import Callable
from fcntl import LOCK_EX, flock
from pathlib import Path
from shutil import rmtree


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """A folder that the first process to ask fills, while the others wait; all only read it."""
    made = folder.with_suffix(".made")
    with folder.with_suffix(".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not made.exists():
            rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder
