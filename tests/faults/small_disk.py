"""A small disk that a test can fill: a tmpfs of its own, which needs the right to mount."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """A disk of so many bytes, mounted on a new folder."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.fail(f"these tests mount a tmpfs, so run them as root: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        # Lazily: a log there may still be open in this process.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, left: int) -> Path:
    """A file that leaves so much room."""
    filler = disk / "filler"
    free = int(subprocess.check_output(["df", "--output=avail", "-B1", str(disk)]).split()[-1])
    filler.write_bytes(bytes(max(0, free - left)))
    return filler
