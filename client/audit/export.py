"""One file with all blocks of a node, to hand to an auditor."""

import os
from pathlib import Path
from typing import BinaryIO, Final

from cfi.client.audit.network import NetworkSource
from cfi.client.audit.sources import BadSourceError, block_files
from cfi.contracts.wire.block_file import BrokenRecordError, decode_record, encode_record

UNFINISHED: Final = ".part"


def export_blocks(source: Path, target: Path) -> int:
    """Copy the whole records of a source into a new file; returns how many.

    A record that is cut off at the very end is left out: a running node is just writing it. Raises
    BadSourceError for any other damage and where no block is whole, FileExistsError where the file
    is there already.
    """
    files = block_files(source)
    with target.open("xb") as out:
        try:
            copied = sum(_copy(path, out, last=path == files[-1]) for path in files)
            out.flush()
            os.fsync(out.fileno())
        except (BadSourceError, OSError):
            target.unlink()
            raise
    if not copied:
        target.unlink()
        raise BadSourceError(f"{source}: no whole block")
    return copied


def export_from_gateway(source: NetworkSource, target: Path) -> int:
    """Copy a gateway's blocks into a new file; returns how many it has.

    What an earlier run left unfinished is taken up. Raises FileExistsError where the file is there
    already, UnavailableError and BadSourceError as the source does.
    """
    if target.exists():
        raise FileExistsError(f"{target} is there already")
    unfinished = target.with_name(target.name + UNFINISHED)
    with unfinished.open("a+b") as out:
        out.seek(0)
        count, end = _whole_records(unfinished.name, out.read(), last=True)
        out.truncate(end)
        source.first = count + 1
        for record in source.records():
            out.write(encode_record(record))
            count += 1
        out.flush()
        os.fsync(out.fileno())
    unfinished.rename(target)
    return count


def _copy(path: Path, out: BinaryIO, *, last: bool) -> int:
    data = path.read_bytes()
    count, end = _whole_records(path.name, data, last=last)
    out.write(data[:end])
    return count


def _whole_records(name: str, data: bytes, *, last: bool) -> tuple[int, int]:
    """How many whole records the bytes begin with, and where these end."""
    count = offset = 0
    while offset < len(data):
        try:
            _, offset = decode_record(data, offset)
        except BrokenRecordError as error:
            if last and error.cut_off:
                break
            raise BadSourceError(f"{name}: {error}") from error
        count += 1
    return count, offset
