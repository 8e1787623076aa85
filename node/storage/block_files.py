"""Blocks on disk: files that only grow. A record is on the disk before the block is signed."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cfi.contracts.wire.block_file import (
    BlockRecord,
    BrokenRecordError,
    decode_record,
    encode_record,
)
from cfi.node.storage.atomic import sync_folder
from cfi.node.storage.database import DamagedError

_FILE_BYTES: Final = 64 * 1024 * 1024
_FIRST: Final = 1


class BlockFiles:
    """The blocks of a chain in files of about 64 MiB, and where each height stands."""

    def __init__(self, folder: Path, signed: int = 0, latest_first: int = 1) -> None:
        """Open the files; `signed` is the last height that was signed, whose block is never a torn
        one, and `latest_first` the highest that the first block may have. Raises DamagedError.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.first = latest_first
        """The first height that is here, or will be."""
        self._latest_first = latest_first
        self._places: list[tuple[int, int, int]] = []
        """For each height from the first: its file's number, its offset, its length."""
        self._file_number = _FIRST
        self._signed = signed
        self._index()
        self._descriptor = os.open(
            self._path(self._file_number), os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600
        )
        self._size = os.fstat(self._descriptor).st_size
        sync_folder(folder)

    @property
    def height(self) -> int:
        """The last height; where there is none, the one before the first, 0."""
        return self.first - 1 + len(self._places)

    def append(self, record: BlockRecord) -> None:
        """Add the next block and return when it is on the disk; raises OSError where the disk
        refuses, leaving no half record.
        """
        assert record.height == self.height + 1, "heights follow each other"
        if self._size >= _FILE_BYTES:
            self._begin_file()
        data = encode_record(record)
        offset = self._size
        try:
            _write_all(self._descriptor, data)
            os.fsync(self._descriptor)
        except OSError:
            os.ftruncate(self._descriptor, offset)
            raise
        self._size += len(data)
        self._places.append((self._file_number, offset, len(data)))

    def read(self, height: int) -> BlockRecord | None:
        """A block by height, or None; raises DamagedError where its digest is wrong."""
        if not self.first <= height <= self.height:
            return None
        number, offset, length = self._places[height - self.first]
        with self._path(number).open("rb") as file:
            file.seek(offset)
            data = file.read(length)
        try:
            return decode_record(data)[0]
        except BrokenRecordError as error:
            raise DamagedError(
                f"block {height} in {self._path(number).name} is damaged: {error}"
            ) from error

    def begin_after(self, height: int) -> None:
        """Take the next height for the first; raises DamagedError where there are blocks."""
        if self._places:
            raise DamagedError(f"{self._folder} has blocks already")
        self.first = height + 1

    def drop_last(self) -> None:
        """Take back the last block, which was never signed."""
        number, offset, _ = self._places.pop()
        assert number == self._file_number, "the last block stands in the last file"
        os.ftruncate(self._descriptor, offset)
        os.fsync(self._descriptor)
        self._size = offset

    def records(self) -> Iterator[BlockRecord]:
        """All blocks, in order."""
        for height in range(self.first, self.height + 1):
            record = self.read(height)
            assert record is not None, "a listed height has a block"
            yield record

    def close(self) -> None:
        """Let the files go."""
        os.close(self._descriptor)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:08d}.blocks"

    def _begin_file(self) -> None:
        number = self._file_number + 1
        begun = os.open(self._path(number), os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        os.close(self._descriptor)
        self._file_number, self._descriptor, self._size = number, begun, 0
        sync_folder(self._folder)

    def _index(self) -> None:
        files = sorted(self._folder.glob("*.blocks"))
        for path in files:
            self._file_number = int(path.stem)
            self._index_file(path, last=path == files[-1])

    def _index_file(self, path: Path, *, last: bool) -> None:
        data = path.read_bytes()
        offset = 0
        while offset < len(data):
            try:
                record, end = decode_record(data, offset)
            except BrokenRecordError as error:
                if last and error.cut_off and self.height >= self._signed:
                    os.truncate(path, offset)
                    return
                raise DamagedError(f"{path.name} is damaged: {error}") from error
            if not self._places and 1 <= record.height <= self._latest_first:
                self.first = int(record.height)
            if record.height != self.height + 1:
                raise DamagedError(
                    f"{path.name} has block {record.height} where {self.height + 1} belongs"
                )
            self._places.append((self._file_number, offset, end - offset))
            offset = end


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
