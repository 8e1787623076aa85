"""Block files: they only grow, and nothing that was written reads differently."""

import os
from pathlib import Path

import pytest

from cfi.contracts.wire.block_file import BlockRecord, encode_record
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.quantities import Height
from cfi.node.storage import block_files
from cfi.node.storage.block_files import BlockFiles
from cfi.node.storage.database import DamagedError


def record(height: int) -> BlockRecord:
    return BlockRecord(
        height=Height(height),
        vote_time=Timestamp(seconds=height, nanos=height),
        block=b"block %d" % height,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the blocks stand."""
    return tmp_path / "blocks"


def filled(folder: Path, blocks: int = 5) -> BlockFiles:
    files = BlockFiles(folder)
    for height in range(1, blocks + 1):
        files.append(record(height))
    return files


def test_blocks_come_back_by_height(folder: Path) -> None:
    files = filled(folder)
    assert files.height == 5
    assert [files.read(height) for height in (0, 1, 5, 6)] == [None, record(1), record(5), None]
    assert list(files.records()) == [record(height) for height in range(1, 6)]
    files.close()


def test_they_come_back_after_a_restart(folder: Path) -> None:
    filled(folder).close()
    files = BlockFiles(folder)
    files.append(record(6))
    assert [each.height for each in files.records()] == [1, 2, 3, 4, 5, 6]
    files.close()


def test_a_full_file_is_followed_by_another(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_files, "_FILE_BYTES", 2 * len(encode_record(record(1))))
    filled(folder).close()
    assert len(list(folder.iterdir())) == 3
    files = BlockFiles(folder)
    assert [each.height for each in files.records()] == [1, 2, 3, 4, 5]
    files.close()


def test_where_the_next_file_cannot_be_made_all_is_as_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError("no space left")

    monkeypatch.setattr(block_files, "_FILE_BYTES", 1)
    files = filled(folder, 2)
    with monkeypatch.context() as patched:
        patched.setattr(os, "open", full)
        with pytest.raises(OSError, match="no space left"):
            files.append(record(3))
    assert files.height == 2
    files.append(record(3))
    files.close()
    assert list(BlockFiles(folder).records()) == [record(1), record(2), record(3)]


def test_the_last_block_can_be_taken_back(folder: Path) -> None:
    files = filled(folder)
    files.drop_last()
    assert files.height == 4
    files.append(record(5))
    files.close()
    files = BlockFiles(folder)
    assert files.height == 5
    files.close()


@pytest.mark.parametrize("rest", [1, 39, 40, 60])
def test_a_torn_tail_is_dropped(folder: Path, rest: int) -> None:
    filled(folder).close()
    with (folder / "00000001.blocks").open("ab") as file:
        file.write(encode_record(record(6))[:rest])
    files = BlockFiles(folder)
    assert files.height == 5
    files.append(record(6))
    assert files.read(6) == record(6)
    files.close()


def test_a_tail_torn_off_an_earlier_file_is_damage(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(block_files, "_FILE_BYTES", 1)
    filled(folder).close()
    first = folder / "00000001.blocks"
    first.write_bytes(first.read_bytes()[:-1])
    with pytest.raises(DamagedError, match=r"00000001\.blocks is damaged"):
        BlockFiles(folder)


def test_a_changed_record_is_damage(folder: Path) -> None:
    filled(folder).close()
    path = folder / "00000001.blocks"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedError, match="the record's digest differs"):
        BlockFiles(folder)


def test_a_record_that_changes_while_the_node_runs_is_damage(folder: Path) -> None:
    files = filled(folder)
    path = folder / "00000001.blocks"
    data = bytearray(path.read_bytes())
    data[50] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedError, match=r"block 1 in 00000001\.blocks is damaged"):
        files.read(1)
    files.close()


def test_a_gap_is_damage(folder: Path) -> None:
    filled(folder).close()
    with (folder / "00000001.blocks").open("ab") as file:
        file.write(encode_record(record(7)))
    with pytest.raises(DamagedError, match="has block 7 where 6 belongs"):
        BlockFiles(folder)


def test_a_block_out_of_turn_is_our_mistake(folder: Path) -> None:
    files = filled(folder)
    with pytest.raises(AssertionError):
        files.append(record(7))
    files.close()
