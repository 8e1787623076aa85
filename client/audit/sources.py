"""Where an auditor reads blocks: a node's folder, a folder of block files, or one exported file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cfi.contracts.wire.block_file import BlockRecord, BrokenRecordError, decode_records

PATTERN: Final = "*.blocks"
IN_HOME: Final = "data/blocks"
"""Where a node's folder has its block files."""


class BadSourceError(Exception):
    """The source can't be read: no blocks, a damaged record, a file of another kind."""


def block_files(source: Path) -> list[Path]:
    """The files of a source, in order; raises BadSourceError where there is none."""
    if source.is_file():
        return [source]
    folder = source / IN_HOME if (source / IN_HOME).is_dir() else source
    files = sorted(folder.glob(PATTERN))
    if not files:
        raise BadSourceError(f"{source}: no block files")
    return files


def source_bytes(source: Path) -> int:
    """The length of a source in bytes; raises BadSourceError."""
    return sum(path.stat().st_size for path in block_files(source))


def read_records(source: Path) -> Iterator[BlockRecord]:
    """The records of a source, in order, their digests compared; raises BadSourceError.

    A record that is cut off is a fault here: an auditor copies the files of a node that stands
    still, or asks for an export.
    """
    for path in block_files(source):
        try:
            data = path.read_bytes()
        except OSError as error:
            raise BadSourceError(f"{path.name}: {error.strerror}") from error
        if not data:
            raise BadSourceError(f"{path.name}: an empty file")
        try:
            yield from decode_records(data)
        except BrokenRecordError as error:
            raise BadSourceError(f"{path.name}: {error}") from error
