"""Files replaced whole, the quarantine, and the database."""

import os
from pathlib import Path

import pytest

from cfi.node.storage import database as database_module
from cfi.node.storage import quarantine as quarantine_module
from cfi.node.storage.atomic import write_atomically
from cfi.node.storage.database import DamagedError, Database
from cfi.node.storage.quarantine import Quarantine


class TestAFileReplacedWhole:
    def test_has_the_new_content_and_its_mode(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        write_atomically(path, b"old")
        write_atomically(path, b"new", 0o644)
        assert path.read_bytes() == b"new"
        assert path.stat().st_mode & 0o777 == 0o644
        assert list(tmp_path.iterdir()) == [path]

    def test_keeps_the_old_content_where_the_disk_refuses(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        path = tmp_path / "file"
        write_atomically(path, b"old")
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(OSError, match="No space"):
                write_atomically(path, b"new")
        assert path.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [path]


class TestTheQuarantine:
    def test_keeps_a_transaction_and_its_error(self, tmp_path: Path) -> None:
        quarantine = Quarantine(tmp_path / "quarantine")
        quarantine.keep(b"poison", ValueError("why"))
        kept = sorted((tmp_path / "quarantine").iterdir())
        assert [path.suffix for path in kept] == [".tx", ".txt"]
        assert kept[0].read_bytes() == b"poison"
        assert kept[1].read_text() == "ValueError: why\n"
        assert quarantine.count == 1

    def test_has_a_bound(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(quarantine_module, "_MOST_KEPT", 2)
        quarantine = Quarantine(tmp_path)
        for number in range(5):
            quarantine.keep(bytes([number]), ValueError())
        assert len(list(tmp_path.iterdir())) == 4
        assert quarantine.count == 5

    def test_lists_its_folder_once_and_keeps_each_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Quarantine(tmp_path).keep(b"before", ValueError("first"))
        quarantine = Quarantine(tmp_path)
        for each in (b"before", b"after"):
            quarantine.keep(each, ValueError("again"))
        monkeypatch.setattr(Path, "iterdir", None)
        quarantine.keep(b"another", ValueError())
        monkeypatch.undo()
        assert len(list(tmp_path.iterdir())) == 6
        assert "ValueError: first\n" in {each.read_text() for each in tmp_path.glob("*.txt")}

    def test_a_disk_that_refuses_stops_nobody(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"")
        quarantine = Quarantine(tmp_path / "file")
        quarantine.keep(b"poison", ValueError())
        assert quarantine.count == 1


class TestTheDatabase:
    def test_reads_what_it_wrote(self, tmp_path: Path) -> None:
        database = Database(tmp_path / "db")
        database.write([(b"a1", b"x"), (b"a2", b"y"), (b"b", b"z")])
        database.write([(b"a1", None)])
        assert database.get(b"a1") is None
        assert database.get(b"a2") == b"y"
        assert list(database.items(b"a")) == [(b"a2", b"y")]
        database.close()

    def test_that_cannot_write_says_so(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Full:
            def write_batch(self, **_: object) -> None:
                raise vars(database_module)["plyvel"].IOError("No space left on device")

        database = Database(tmp_path / "db")
        with monkeypatch.context() as patch:
            patch.setattr(database, "_db", Full())
            with pytest.raises(OSError, match="the store can't write: No space"):
                database.write([(b"a", b"b")])
        database.close()

    def test_that_is_open_cannot_be_opened_again(self, tmp_path: Path) -> None:
        database = Database(tmp_path / "db")
        with pytest.raises(OSError, match="can't be opened"):
            Database(tmp_path / "db")
        database.close()

    def test_that_was_changed_on_the_disk_is_damaged(self, tmp_path: Path) -> None:
        database = Database(tmp_path / "db")
        database.write([(bytes([number]) * 8, bytes(100)) for number in range(200)])
        database.close()
        Database(tmp_path / "db").close()  # moves the log into a table
        (table,) = (tmp_path / "db").glob("*.ldb")
        data = bytearray(table.read_bytes())
        data[100] ^= 1
        table.write_bytes(data)
        with pytest.raises(DamagedError):
            read_all(tmp_path / "db")
        with pytest.raises(DamagedError):
            read_one(tmp_path / "db")


def read_all(path: Path) -> None:
    database = Database(path)
    try:
        list(database.items(b""))
    finally:
        database.close()


def read_one(path: Path) -> None:
    database = Database(path)
    try:
        database.get(bytes([1]) * 8)
    finally:
        database.close()
