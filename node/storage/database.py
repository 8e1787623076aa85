"""The durable copy: LevelDB with checksums on every read, one synced batch a block.  (RB 2.7.4)

A cut-off log tail loses the last batch without an error, so the engine compares heights when it
starts.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

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
        try:
            self._db: Any = plyvel.DB(
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
        try:
            with self._db.iterator(prefix=prefix, verify_checksums=True, fill_cache=False) as found:
                yield from found
        except plyvel.Error as error:
            raise DamagedError(f"a read failed: {error}") from error

    def write(self, writes: Writes) -> None:
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

    def close(self) -> None:
        """Let the store go."""
        self._db.close()
