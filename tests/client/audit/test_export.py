"""A node's blocks in one file."""

import os
from pathlib import Path

import pytest

from cfi.client.audit.export import export_blocks
from cfi.client.audit.sources import BadSourceError, read_records
from cfi.contracts.wire.block_file import encode_record
from tests.client.audit.histories import History, write_file


@pytest.fixture
def blocks(history: History, tmp_path: Path) -> Path:
    """Three blocks in one file, the rest in another."""
    folder = tmp_path / "data" / "blocks"
    folder.mkdir(parents=True)
    write_file(folder / "00000001.blocks", history[:3])
    write_file(folder / "00000002.blocks", history[3:])
    return folder


def untold(_: int, __: int) -> None:
    """For who wants to hear nothing."""


def test_all_blocks_are_copied(history: History, tmp_path: Path, blocks: Path) -> None:
    heard: list[tuple[int, int]] = []

    def told(height: int, size: int) -> None:
        heard.append((height, size))

    assert export_blocks(tmp_path, tmp_path / "export", told) == len(history)
    assert list(read_records(tmp_path / "export")) == history
    assert heard == [(each.height, len(encode_record(each))) for each in history]


@pytest.mark.parametrize("written", [1, 39, 40, 100])
def test_a_record_that_is_being_written_is_left_out(
    history: History, tmp_path: Path, blocks: Path, written: int
) -> None:
    with (blocks / "00000002.blocks").open("ab") as file:
        file.write(encode_record(history[-1])[:written])
    assert export_blocks(blocks, tmp_path / "export", untold) == len(history)
    assert list(read_records(tmp_path / "export")) == history


@pytest.mark.parametrize("name", ["00000001.blocks", "00000002.blocks"])
def test_damage_is_not_copied(tmp_path: Path, blocks: Path, name: str) -> None:
    data = bytearray((blocks / name).read_bytes())
    data[50] ^= 1
    (blocks / name).write_bytes(data)
    with pytest.raises(BadSourceError, match=name):
        export_blocks(blocks, tmp_path / "export", untold)
    assert not (tmp_path / "export").exists()


def test_a_record_cut_off_in_an_earlier_file_is_damage(tmp_path: Path, blocks: Path) -> None:
    first = blocks / "00000001.blocks"
    first.write_bytes(first.read_bytes()[:-1])
    with pytest.raises(BadSourceError, match="the record is cut off"):
        export_blocks(blocks, tmp_path / "export", untold)


def test_no_file_is_written_over(tmp_path: Path, blocks: Path) -> None:
    (tmp_path / "export").write_bytes(b"something")
    with pytest.raises(FileExistsError):
        export_blocks(blocks, tmp_path / "export", untold)
    assert (tmp_path / "export").read_bytes() == b"something"


def test_a_copy_that_is_broken_off_has_not_its_name_yet(
    tmp_path: Path, blocks: Path, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            export_blocks(blocks, tmp_path / "export", untold)
    assert not (tmp_path / "export").exists()
    assert export_blocks(blocks, tmp_path / "export", untold) == len(history)
    assert list(read_records(tmp_path / "export")) == history


def interrupted(_: int) -> None:
    raise KeyboardInterrupt
