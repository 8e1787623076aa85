"""The durable copy: LevelDB with checksums on every read, one synced batch a block.  (RB 2.7.4)

A cut-off log tail loses the last batch without an error, so the engine compares heights when it
starts.
"""

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from cfi.node.storage.atomic import sync_folder

if sys.version_info >= (3, 12):
    import plyvel_next as plyvel
else:
    import plyvel

_WRITE_BUFFER: Final = 64 * 1024 * 1024
_FILE_SIZE: Final = 32 * 1024 * 1024
_CACHE: Final = 256 * 1024 * 1024
_BLOOM_BITS: Final = 10

Writes = list[tuple[bytes, bytes | None]]


class DamagedError(Exception):
    """The store returned an error: nothing that it says is used."""


class Database:
    """Keys and values on disk."""

    def __init__(self, path: Path) -> None:
        """Open or make it; raises DamagedError, or OSError where the disk refuses."""
        self._path = path
        self._db = _opened(path)

    def get(self, key: bytes) -> bytes | None:
        """The value of a key; raises DamagedError where its checksum is wrong."""
        try:
            value: bytes | None = self._db.get(key, verify_checksums=True)
        except plyvel.Error as error:
            raise DamagedError(f"a read failed: {error}") from error
        return value

    def items(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Keys and values under a prefix, in key order; raises DamagedError where a checksum is
        wrong.
        """
        yield from _items(self._db, prefix)

    def frozen(self) -> "FrozenDatabase":
        """All as it is now, whatever is written later."""
        return FrozenDatabase(self._db.snapshot())

    def write(self, writes: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Write all or nothing, and return when it is on the disk; raises OSError where the disk
        refuses.
        """
        try:
            with self._db.write_batch(transaction=True, sync=True) as batch:
                for key, value in writes:
                    if value is None:
                        batch.delete(key)
                    else:
                        batch.put(key, value)
        except plyvel.Error as error:
            raise OSError(f"the store can't write: {error}") from error

    def replace(self, fill: "Callable[[Database], None]") -> None:
        """Put a new store, which `fill` writes, in the place of this one, whole or not at all.

        Raises what `fill` raises, or OSError; this store is then as it was.
        """
        made = make_beside(self._path, fill)
        gone = self._path.with_name(f"{self._path.name}.replaced")
        shutil.rmtree(gone, ignore_errors=True)
        self._db.close()
        self._path.rename(gone)
        made.rename(self._path)
        sync_folder(self._path.parent)
        shutil.rmtree(gone)
        self._db = _opened(self._path)

    def compact(self) -> None:
        """Put everything in its final place now, which the store else does beside later writes."""
        self._db.compact_range()

    def close(self) -> None:
        """Let the store go."""
        self._db.close()


def make_beside(path: Path, fill: Callable[[Database], None]) -> Path:
    """A new store that `fill` writes, closed, in a folder beside the path: rename it to use it.

    Raises what `fill` raises, leaving nothing, or OSError.
    """
    beside = path.with_name(f"{path.name}.restored")
    shutil.rmtree(beside, ignore_errors=True)
    database = Database(beside)
    try:
        fill(database)
    except BaseException:
        database.close()
        shutil.rmtree(beside)
        raise
    database.close()
    return beside


class FrozenDatabase:
    """The keys and values of one moment. Close it: it keeps the store from forgetting."""

    def __init__(self, snapshot: Any) -> None:
        self._snapshot = snapshot

    def items(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """As a database's items."""
        yield from _items(self._snapshot, prefix)

    def close(self) -> None:
        """Let the moment go."""
        self._snapshot.close()


def _opened(path: Path) -> Any:
    try:
        return plyvel.DB(
            str(path),
            create_if_missing=True,
            paranoid_checks=True,
            write_buffer_size=_WRITE_BUFFER,
            max_file_size=_FILE_SIZE,
            lru_cache_size=_CACHE,
            bloom_filter_bits=_BLOOM_BITS,
        )
    except plyvel.IOError as error:
        raise OSError(f"the store can't be opened: {error}") from error
    except plyvel.Error as error:
        raise DamagedError(f"the store {path} can't be opened: {error}") from error


def _items(readable: Any, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
    try:
        with readable.iterator(prefix=prefix, verify_checksums=True, fill_cache=False) as found:
            yield from found
    except plyvel.Error as error:
        raise DamagedError(f"a read failed: {error}") from error
