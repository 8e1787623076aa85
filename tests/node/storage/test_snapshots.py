"""Snapshots on disk: whole or not there, the oldest forgotten."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cfi.contracts.state.snapshot import SnapshotError
from cfi.node.storage.snapshots import SnapshotFolder, StoredSnapshot
from tests.node.chain import make_chain
from tests.node.snapshotting import snapshot_of


def made(folder: SnapshotFolder, height: int, *chunks: bytes) -> StoredSnapshot:
    draft = folder.begin(height)
    for chunk in chunks:
        draft.add(chunk)
    return folder.publish(draft.finish())


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    folder = SnapshotFolder(tmp_path / "snapshots", 2)
    stored = made(folder, 7, b"one", b"two")
    assert [stored.chunk(index) for index in (0, 1)] == [b"one", b"two"]
    assert (stored.told.height, stored.told.format, stored.told.chunks) == (7, 1, 2)
    assert stored.size == 6
    assert folder.of(7) is not None
    assert folder.of(8) is None


def test_only_the_newest_stay(tmp_path: Path) -> None:
    folder = SnapshotFolder(tmp_path, 2)
    for height in (3, 1, 2):
        made(folder, height, b"chunk")
    assert [each.told.height for each in folder.all()] == [3, 2]


def test_one_of_the_same_height_takes_the_others_place(tmp_path: Path) -> None:
    folder = SnapshotFolder(tmp_path, 2)
    made(folder, 3, b"old")
    assert made(folder, 3, b"new").chunk(0) == b"new"
    assert len(folder.all()) == 1


def test_what_is_unfinished_is_not_listed(tmp_path: Path) -> None:
    folder = SnapshotFolder(tmp_path, 2)
    draft = folder.begin(3)
    draft.add(b"chunk")
    draft.finish()
    assert folder.all() == []
    draft.discard()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_read_is_not_listed(tmp_path: Path) -> None:
    folder = SnapshotFolder(tmp_path, 9)
    made(folder, 3, b"chunk")
    (tmp_path / f"{4:012d}").mkdir()
    (made(folder, 2, b"chunk").folder / "metadata").write_bytes(b"short")
    assert [each.told.height for each in folder.all()] == [3]


DAMAGE: list[tuple[str, Callable[[StoredSnapshot], object], str]] = [
    #  sentence                    what is asked                    what is said
    ("a chunk that isn't there",   lambda it: it.chunk(9),          "no chunk 9"),
    ("a chunk before the first",   lambda it: it.chunk(-1),         "no chunk -1"),
    ("a chunk that was changed",   lambda it: it.chunk(0),          "not the one"),
    ("what it says of itself",     lambda it: it.head(),            "not the one"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "asked", "said"), DAMAGE, ids=[row[0] for row in DAMAGE])
def test_damage_is_noticed(
    tmp_path: Path, sentence: str, asked: Callable[[StoredSnapshot], object], said: str
) -> None:
    stored = made(SnapshotFolder(tmp_path, 2), 3, b"chunk")
    (stored.folder / "000000.chunk").write_bytes(b"other")
    with pytest.raises(SnapshotError, match=said):
        asked(stored)


def test_a_head_of_another_height_is_refused(tmp_path: Path) -> None:
    chain = make_chain(tmp_path, 2)
    stored = snapshot_of(chain)
    assert stored.head().height == 2
    path = stored.folder / "metadata"
    data = bytearray(path.read_bytes())
    data[11] = 3
    path.write_bytes(data)
    with pytest.raises(SnapshotError, match="another height"):
        StoredSnapshot(stored.folder).head()
    chain.close()
