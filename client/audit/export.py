"""One file with all blocks of a node, to hand to an auditor."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from cfi.client.audit.network import NetworkSource
from cfi.client.audit.sources import BadSourceError, block_files
from cfi.client.files import sync_folder
from cfi.contracts.wire.block_file import BrokenRecordError, decode_record, encode_record

UNFINISHED: Final = ".part"
Told = Callable[[int, int], None]
"""Hears of each record its height and its bytes."""


def export_blocks(source: Path, target: Path, told: Told) -> int:
    """Copy the whole records of a source into a new file; returns how many.

    A record that is cut off at the very end is left out: a running node is just writing it. Raises
    BadSourceError for any other damage and where no block is whole, FileExistsError where the file
    is there already.
    """
    _require_new(target)
    unfinished = _unfinished(target)
    try:
        with unfinished.open("wb") as out:
            copied = _copy_all(source, out, told)
            _finish(out, unfinished, target)
    except (BadSourceError, OSError):
        unfinished.unlink(missing_ok=True)
        raise
    return copied


def export_from_gateway(source: NetworkSource, target: Path, told: Told) -> int:
    """Copy a gateway's blocks into a new file; returns how many it has.

    What an earlier run left unfinished is taken up. Raises FileExistsError where the file is there
    already, UnavailableError and BadSourceError as the source does.
    """
    _require_new(target)
    unfinished = _unfinished(target)
    with unfinished.open("a+b") as out:
        out.seek(0)
        count, end = _whole_records(unfinished.name, out.read(), told, last=True)
        out.truncate(end)
        source.first = count + 1
        for record in source.records():
            told(record.height, out.write(encode_record(record)))
            count += 1
        _finish(out, unfinished, target)
    return count


def _require_new(target: Path) -> None:
    if target.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))


def _unfinished(target: Path) -> Path:
    """Where a copy stands until it is whole: who finds the file under its name has all of it."""
    return target.with_name(target.name + UNFINISHED)


def _finish(out: BinaryIO, unfinished: Path, target: Path) -> None:
    out.flush()
    os.fsync(out.fileno())
    unfinished.rename(target)
    sync_folder(target.parent)


def _copy_all(source: Path, out: BinaryIO, told: Told) -> int:
    files = block_files(source)
    copied = sum(_copy(path, out, told, last=path == files[-1]) for path in files)
    if not copied:
        raise BadSourceError(f"{source}: no whole block")
    return copied


def _copy(path: Path, out: BinaryIO, told: Told, *, last: bool) -> int:
    data = path.read_bytes()
    count, end = _whole_records(path.name, data, told, last=last)
    out.write(data[:end])
    return count


def _whole_records(name: str, data: bytes, told: Told, *, last: bool) -> tuple[int, int]:
    """How many whole records the bytes begin with, and where these end."""
    count = offset = 0
    while offset < len(data):
        try:
            record, end = decode_record(data, offset)
        except BrokenRecordError as error:
            if last and error.cut_off:
                break
            raise BadSourceError(f"{name}: {error}") from error
        told(record.height, end - offset)
        count, offset = count + 1, end
    return count, offset
