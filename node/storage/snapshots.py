"""Snapshots on disk: a folder each, of its chunks and its metadata, renamed when it is complete."""

import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from cfi.contracts.state.snapshot import (
    FORMAT,
    Entry,
    Snapshot,
    SnapshotError,
    SnapshotHead,
    SnapshotReader,
    entries_of,
)
from cfi.node.storage.atomic import sync_folder, write_synced

_METADATA: Final = "metadata"
_UNFINISHED: Final = ".unfinished-"
_DIGITS: Final = 12
_NUMBERS: Final = 12
"""Bytes of the metadata file before the chunk hashes: the format (4), the height (8)."""


class StoredSnapshot:
    """A complete snapshot in a folder."""

    def __init__(self, folder: Path) -> None:
        """Read the metadata; raises SnapshotError, OSError."""
        data = (folder / _METADATA).read_bytes()
        self.folder = folder
        self.told = Snapshot(
            format=int.from_bytes(data[:4], "big"),
            height=int.from_bytes(data[4:_NUMBERS], "big"),
            metadata=data[_NUMBERS:],
        )
        self.told.check()

    @property
    def size(self) -> int:
        """Bytes of all its chunks."""
        return sum(self._path(index).stat().st_size for index in range(self.told.chunks))

    def chunk(self, index: int) -> bytes:
        """A chunk by its index from 0, its hash compared; raises SnapshotError, OSError."""
        if not 0 <= index < self.told.chunks:
            raise SnapshotError(f"there is no chunk {index}")
        data = self._path(index).read_bytes()
        self.told.check_chunk(index, data)
        return data

    def entries(self, reader: SnapshotReader) -> Iterator[Entry]:
        """All entries in order, every chunk's hash compared; raises SnapshotError, OSError."""
        return entries_of((self.chunk(index) for index in range(self.told.chunks)), reader)

    def head(self) -> SnapshotHead:
        """What it says of itself; raises SnapshotError, OSError."""
        reader = SnapshotReader()
        next(reader.feed(self.chunk(0)), None)
        if reader.head.height != self.told.height:
            raise SnapshotError("the head is of another height than the metadata")
        return reader.head

    def _path(self, index: int) -> Path:
        return self.folder / _chunk_name(index)


class Draft:
    """A snapshot that is being written."""

    def __init__(self, folder: Path, height: int) -> None:
        self.height = height
        self._folder = folder / f"{_UNFINISHED}{height:0{_DIGITS}d}"
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        self._hashes: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        """Write the next chunk and return when it is on the disk; raises OSError."""
        write_synced(self._folder / _chunk_name(len(self._hashes)), chunk)
        self._hashes.append(sha256(chunk).digest())

    def finish(self) -> StoredSnapshot:
        """Write the metadata; the snapshot can be read, and isn't listed yet."""
        numbers = FORMAT.to_bytes(4, "big") + self.height.to_bytes(8, "big")
        write_synced(self._folder / _METADATA, numbers + b"".join(self._hashes))
        sync_folder(self._folder)
        return StoredSnapshot(self._folder)

    def discard(self) -> None:
        """Leave nothing of it."""
        shutil.rmtree(self._folder, ignore_errors=True)


class SnapshotFolder:
    """The snapshots that a node keeps."""

    def __init__(self, folder: Path, kept: int) -> None:
        """`kept` is how many of the newest stay."""
        self._folder = folder
        self._kept = kept

    def clear_unfinished(self) -> None:
        """Remove what a process that ended left half written."""
        for path in self._folder.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(path)

    def begin(self, height: int) -> Draft:
        """A new snapshot of a height."""
        return Draft(self._folder, height)

    def publish(self, finished: StoredSnapshot) -> StoredSnapshot:
        """List a finished snapshot, in the place of one of the same height; forget the oldest."""
        place = self._folder / f"{finished.told.height:0{_DIGITS}d}"
        shutil.rmtree(place, ignore_errors=True)
        finished.folder.rename(place)
        sync_folder(self._folder)
        for old in [path for path in self._paths() if path != place][self._kept - 1 :]:
            shutil.rmtree(old)
        return StoredSnapshot(place)

    def all(self) -> list[StoredSnapshot]:
        """What is complete and can be read, the newest first."""
        found = []
        for path in self._paths():
            try:
                found.append(StoredSnapshot(path))
            except (SnapshotError, OSError):
                continue
        return found

    def of(self, height: int) -> StoredSnapshot | None:
        """The snapshot of a height, or None."""
        return next((each for each in self.all() if each.told.height == height), None)

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9]" * _DIGITS), reverse=True)


def _chunk_name(index: int) -> str:
    return f"{index:06d}.chunk"
