"""The ledger's durable copy: rows, receipts, statements and the replay window of the last committed
height.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from cfi.contracts.state import durable
from cfi.contracts.state.placed import PREFIX_BYTES
from cfi.contracts.state.snapshot import PREFIXES, Entry, SnapshotHead, in_snapshot
from cfi.contracts.state.store import State, WrongRootError
from cfi.contracts.state.table import OwnerKey, RowKey
from cfi.contracts.state.trees import Trees
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.protobuf import Fields, Kind, message
from cfi.contracts.wire.quantities import Count, Height
from cfi.contracts.wire.schema import Hash, Seed
from cfi.contracts.wire.text import Identifier
from cfi.node.storage.database import DamagedError, Database, FrozenDatabase, Writes

_META: Final = b"M"
_RECEIPTS: Final = b"x"
_RESTORED_AT: Final = b"R"
_RESULTS: Final = b"z"
_ID_BYTES: Final = 32
_BATCH: Final = 50_000


@dataclass(frozen=True, slots=True)
class Committed:
    """The last height on the disk and its root."""

    height: int
    app_hash: Hash
    genesis_hash: Hash
    results_hash: Hash
    """What the next header says about this height's results."""


class FrozenHeight:
    """One committed height in the store, whatever is committed later."""

    def __init__(self, head: SnapshotHead, database: FrozenDatabase) -> None:
        self.head = head
        self._database = database

    def entries(self) -> Iterator[Entry]:
        """What a snapshot holds of it, in key order; raises DamagedError."""
        for prefix in PREFIXES:
            for key, value in self._database.items(prefix):
                if in_snapshot(key, self.head.height):
                    yield key, value

    def close(self) -> None:
        """Let the height go."""
        self._database.close()


class LedgerStore:
    """Everything that `commit` makes durable, in one batch a height."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def committed(self) -> Committed | None:
        """The last committed height, or None for a new store."""
        raw = self._database.get(_META)
        if raw is None:
            return None
        if len(raw) != 8 + 3 * _ID_BYTES:
            raise DamagedError("the store's own height is unreadable")
        height = int.from_bytes(raw[:8], "big")
        return Committed(height, Hash(raw[8:40]), Hash(raw[40:72]), Hash(raw[72:]))

    def write_height(
        self,
        height: int,
        rows: Writes,
        receipts: list[tuple[Hash, bytes]],
        left: list[int],
        committed: Callable[[], Committed],
    ) -> None:
        """Make a height durable: its rows, its receipts, its part of the replay window.

        `committed` is asked last, as the height's root may still be in the making.
        """
        writes = rows
        ids = [act_id for act_id, _ in receipts]
        for index, (act_id, receipt) in enumerate(receipts):
            place = height.to_bytes(8, "big") + index.to_bytes(4, "big")
            writes.append((_RECEIPTS + act_id, place + receipt))
        if ids:
            writes.append((durable.window_key(height), b"".join(ids)))
        writes.extend((durable.window_key(passed), None) for passed in left)
        self._database.write(chain(writes, _last_entry(committed)))

    def receipt(self, act_id: bytes) -> tuple[int, int, bytes] | None:
        """An act's height, its index in the block, and its receipt; or None."""
        raw = self._database.get(_RECEIPTS + act_id)
        if raw is None:
            return None
        return int.from_bytes(raw[:8], "big"), int.from_bytes(raw[8:12], "big"), raw[12:]

    def restored_at(self) -> int:
        """The height of the snapshot that this store was made from, whose receipts and movements,
        and those before, are not here; 0 if all are.
        """
        raw = self._database.get(_RESTORED_AT)
        return 0 if raw is None else int.from_bytes(raw, "big")

    def frozen(self, chain_id: Identifier, app_version: Count) -> "FrozenHeight":
        """The last committed height as it is now; close it when done."""
        committed = self.committed()
        assert committed is not None, "a height was committed"
        head = SnapshotHead(
            chain_id=chain_id,
            genesis_hash=committed.genesis_hash,
            height=Height(committed.height),
            app_hash=committed.app_hash,
            results_hash=committed.results_hash,
            app_version=app_version,
        )
        return FrozenHeight(head, self._database.frozen())

    def results(self, height: int) -> list[bytes] | None:
        """A height's results as the next header commits to them, in the order of its transactions;
        None where they aren't kept.
        """
        raw = self._database.get(_results_key(height))
        return None if raw is None else Fields(raw, {1: Kind.REPEATED}).each(1)

    def movements(self, owner: OwnerKey, first: int, last: int) -> list[bytes]:
        """An account's movements by number, from 1."""
        found = (
            self._database.get(durable.movement_key(owner, number))
            for number in range(first, last + 1)
        )
        return [raw for raw in found if raw is not None]

    def load(self, trees: Trees | None = None) -> tuple[State, Window] | None:
        """The committed state in memory, over given trees or its own, its root compared; None for a
        new store; raises DamagedError.
        """
        committed = self.committed()
        if committed is None:
            return None
        state = State(trees)
        public = {
            RowKey(key[1:]): value for key, value in self._database.items(durable.PUBLIC_ROWS)
        }
        try:
            state.load(committed.height, self._owners(), public, committed.app_hash)
        except WrongRootError as error:
            raise DamagedError(str(error)) from error
        return state, self._window()

    def adopt(self, head: SnapshotHead, entries: Iterable[Entry]) -> None:
        """Put a snapshot's entries in the place of everything here; raises OSError, having changed
        nothing, where the disk refuses.
        """
        self._database.replace(lambda new: write_restored(new, head, entries))

    def compact(self) -> None:
        """Put everything in its final place now, which the store else does beside later writes."""
        self._database.compact()

    def close(self) -> None:
        """Let the store go."""
        self._database.close()

    def scrub(self) -> int:
        """Read every entry with its checksum; returns how many; raises DamagedError."""
        return sum(1 for _ in self._database.items(b""))

    def _owners(self) -> Iterator[tuple[OwnerKey, Seed, dict[RowKey, bytes]]]:
        """Owners with their seeds and rows: rows and seeds are both in owner order."""
        rows = self._database.items(durable.ROWS)
        pending = next(rows, None)
        for key, seed in self._database.items(durable.SEEDS):
            owner, mine = OwnerKey(key[1:]), {}
            while pending is not None and durable.split_row_key(pending[0])[0] == owner:
                row_key, packed = durable.split_row_key(pending[0])[1], pending[1]
                if len(packed) <= PREFIX_BYTES:
                    raise DamagedError("a row is cut off")
                mine[row_key] = packed
                pending = next(rows, None)
            yield owner, Seed(seed), mine
        if pending is not None:
            raise DamagedError("a row has no owner")

    def _window(self) -> Window:
        window = Window()
        for key, ids in self._database.items(durable.WINDOW):
            height = durable.height_of_window_key(key)
            cut = range(0, len(ids), _ID_BYTES)
            window.add(height, tuple(Hash(ids[at : at + _ID_BYTES]) for at in cut))
        return window


def write_restored(database: Database, head: SnapshotHead, entries: Iterable[Entry]) -> None:
    """Make a new store of a snapshot's entries; until it returns the store counts as new.

    Raises OSError where the disk refuses.
    """
    for batch in _batches(entries):
        database.write(batch)
    committed = Committed(head.height, head.app_hash, head.genesis_hash, head.results_hash)
    database.write(
        [(_RESTORED_AT, head.height.to_bytes(8, "big")), (_META, _meta(committed))],
    )


def _batches(entries: Iterable[Entry]) -> Iterator[Writes]:
    left = iter(entries)
    while batch := list[tuple[bytes, bytes | None]](islice(left, _BATCH)):
        yield batch


def _last_entry(committed: Callable[[], Committed]) -> Iterator[tuple[bytes, bytes]]:
    yield _META, _meta(committed())


def _meta(committed: Committed) -> bytes:
    height = committed.height.to_bytes(8, "big")
    meta = (height, committed.app_hash, committed.genesis_hash, committed.results_hash)
    return b"".join(meta)


def results_entry(height: int, encoded: list[bytes]) -> tuple[bytes, bytes | None]:
    """What `commit` writes so that a height's results can be proved."""
    return _results_key(height), b"".join(message(1, each) for each in encoded)


def _results_key(height: int) -> bytes:
    return _RESULTS + height.to_bytes(8, "big")
