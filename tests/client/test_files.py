"""Files that are replaced whole, whoever else writes them and whatever fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cfi.client.files import write_atomically

WRITER = """
import sys
from pathlib import Path
from cfi.client.files import write_atomically
for _ in range(100):
    write_atomically(Path(sys.argv[1]), sys.argv[2].encode() * 10_000)
"""


def test_processes_that_write_one_file_at_once_each_write_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "trusted.json"
    path.write_bytes(b"a" * 10_000)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), each]) for each in ("a", "b")
    ]
    seen = set()
    while any(each.poll() is None for each in writers):
        content = path.read_bytes()
        assert content in (b"a" * 10_000, b"b" * 10_000)
        seen.add(content[:1])
    assert [each.returncode for each in writers] == [0, 0]
    assert seen
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_what_fails_leaves_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def fails(*_: object) -> None:
        raise OSError("the disk refuses")

    path = tmp_path / "file"
    write_atomically(path, b"old")
    monkeypatch.setattr(Path if name == "replace" else os, name, fails)
    with pytest.raises(OSError, match="the disk refuses"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
