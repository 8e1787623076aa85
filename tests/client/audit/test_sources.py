"""Where blocks are read from, and what is no source."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cfi.client.audit.sources import BadSourceError, read_records, source_bytes
from cfi.contracts.wire.block_file import encode_record
from tests.client.audit.histories import History, write_file
from tests.spoilt import spoilt


def test_an_exported_file_is_read(history: History, tmp_path: Path) -> None:
    path = write_file(tmp_path / "export", history)
    assert list(read_records(path)) == history
    assert source_bytes(path) == path.stat().st_size


@pytest.mark.parametrize("folder", [".", "data/blocks"])
def test_a_folder_of_files_is_read_in_order(history: History, tmp_path: Path, folder: str) -> None:
    blocks = tmp_path / folder
    blocks.mkdir(parents=True, exist_ok=True)
    write_file(blocks / "00000002.blocks", history[3:])
    write_file(blocks / "00000001.blocks", history[:3])
    assert list(read_records(tmp_path)) == history
    assert source_bytes(tmp_path) == sum(len(encode_record(record)) for record in history)


def nothing(data: bytes) -> bytes:
    return b""


def another(data: bytes) -> bytes:
    return b"x" * 100


def cut(data: bytes) -> bytes:
    return data[:-1]


def flipped(data: bytes) -> bytes:
    return spoilt(data, 60)


FAULTS = [
    ("nothing", nothing, "export: an empty file"),
    ("a record cut off", cut, "the record is cut off"),
    ("a byte changed", flipped, "export: at byte 0: the record's digest differs"),
    ("another file", another, "export: at byte 0: no record begins here"),
]


@pytest.mark.parametrize(("sentence", "change", "reason"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_damaged_file_is_no_source(
    history: History, tmp_path: Path, sentence: str, change: Callable[[bytes], bytes], reason: str
) -> None:
    path = write_file(tmp_path / "export", history)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(BadSourceError, match=reason):
        list(read_records(path))


def test_a_folder_without_blocks_is_no_source(tmp_path: Path) -> None:
    with pytest.raises(BadSourceError, match="no block files"):
        list(read_records(tmp_path))


def test_a_file_that_cannot_be_read_is_no_source(tmp_path: Path) -> None:
    (tmp_path / "1.blocks").mkdir()
    with pytest.raises(BadSourceError, match="Is a directory"):
        list(read_records(tmp_path))
