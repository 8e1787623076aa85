"""The ledger's durable copy: rows, receipts, statements and the replay window of the last committed
height.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cfi.contracts.state import durable
from cfi.contracts.state.owner import PREFIX_BYTES
from cfi.contracts.state.store import State
from cfi.contracts.state.table import OwnerKey, RowKey
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.protobuf import Fields, Kind, message
from cfi.contracts.wire.schema import Hash, Seed
from cfi.node.storage.database import DamagedError, Database, Writes

_META: Final = b"M"
_RECEIPTS: Final = b"x"
_RESULTS: Final = b"z"
_WINDOW: Final = b"w"
_ID_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Committed:
    """The last height on the disk and its root."""

    height: int
    app_hash: Hash
    genesis_hash: Hash
    results_hash: Hash
    """What the next header says about this height's results."""


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
        committed: Committed,
        rows: Writes,
        receipts: list[tuple[Hash, bytes]],
        left: list[int],
    ) -> None:
        """Make a height durable: its rows, its receipts, its part of the replay window."""
        writes = rows
        ids = [act_id for act_id, _ in receipts]
        for index, (act_id, receipt) in enumerate(receipts):
            place = committed.height.to_bytes(8, "big") + index.to_bytes(4, "big")
            writes.append((_RECEIPTS + act_id, place + receipt))
        if ids:
            writes.append((_WINDOW + committed.height.to_bytes(8, "big"), b"".join(ids)))
        writes.extend((_WINDOW + height.to_bytes(8, "big"), None) for height in left)
        height = committed.height.to_bytes(8, "big")
        meta = (height, committed.app_hash, committed.genesis_hash, committed.results_hash)
        writes.append((_META, b"".join(meta)))
        self._database.write(writes)

    def receipt(self, act_id: bytes) -> tuple[int, int, bytes] | None:
        """An act's height, its index in the block, and its receipt; or None."""
        raw = self._database.get(_RECEIPTS + act_id)
        if raw is None:
            return None
        return int.from_bytes(raw[:8], "big"), int.from_bytes(raw[8:12], "big"), raw[12:]

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

    def load(self) -> tuple[State, Window] | None:
        """The committed state in memory, its root compared; None for a new store; raises
        DamagedError.
        """
        committed = self.committed()
        if committed is None:
            return None
        state = State()
        public = {
            RowKey(key[1:]): value for key, value in self._database.items(durable.PUBLIC_ROWS)
        }
        state.load(committed.height, self._owners(), public)
        if state.app_hash != committed.app_hash:
            raise DamagedError(
                f"the rows of height {committed.height} have root {state.app_hash.hex()}, "
                f"committed was {committed.app_hash.hex()}"
            )
        return state, self._window()

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
        for key, ids in self._database.items(_WINDOW):
            height = int.from_bytes(key[1:], "big")
            cut = range(0, len(ids), _ID_BYTES)
            window.add(height, tuple(Hash(ids[at : at + _ID_BYTES]) for at in cut))
        return window


def results_entry(height: int, encoded: list[bytes]) -> tuple[bytes, bytes | None]:
    """What `commit` writes so that a height's results can be proved."""
    return _results_key(height), b"".join(message(1, each) for each in encoded)


def _results_key(height: int) -> bytes:
    return _RESULTS + height.to_bytes(8, "big")
