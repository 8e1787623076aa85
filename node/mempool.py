"""Admitted transactions that wait for a block, in the order in which they came, bounded in all and
by holder.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from cfi.contracts.state.table import OwnerKey
from cfi.contracts.transition.act import Act
from cfi.contracts.wire.schema import Hash
from cfi.node.audience import Listener

MOST: Final = 50_000
MOST_BYTES: Final = 64 * 1024 * 1024
MOST_OF_HOLDER: Final = 5_000
MOST_BYTES_OF_HOLDER: Final = MOST_BYTES // 16


class MempoolFullError(Exception):
    """No room now; try again later."""


class HolderOverQuotaError(MempoolFullError):
    """The holder has as many waiting as it may."""


@dataclass(slots=True)
class Waiting:
    """One waiting transaction and who is told what becomes of it, if anybody is."""

    transaction: bytes
    act: Act
    holder: OwnerKey
    listener: Listener | None
    since: float = field(default_factory=time.monotonic)
    """When it was admitted, by the monotonic clock."""


class Mempool:
    """First come, first served."""

    def __init__(
        self,
        most: int = MOST,
        most_bytes: int = MOST_BYTES,
        most_of_holder: int = MOST_OF_HOLDER,
        most_bytes_of_holder: int = MOST_BYTES_OF_HOLDER,
    ) -> None:
        self._waiting: dict[bytes, Waiting] = {}
        self._ids: dict[Hash, Hash] = {}
        """By act id, the hash of the bytes that wait."""
        self._by_holder: dict[OwnerKey, tuple[int, int]] = {}
        """How many of a holder's wait, and their bytes."""
        self._by_last_height: dict[int, dict[Hash, None]] = {}
        self._most = most
        self._most_bytes = most_bytes
        self._most_of_holder = most_of_holder
        self._most_bytes_of_holder = most_bytes_of_holder
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, act_id: Hash) -> bool:
        return act_id in self._ids

    def add(self, waiting: Waiting) -> None:
        """Take one in; raises MempoolFullError or HolderOverQuotaError."""
        size = len(waiting.transaction)
        if len(self._waiting) >= self._most or self.bytes + size > self._most_bytes:
            raise MempoolFullError(f"{len(self._waiting)} transactions wait")
        pending, length = self._by_holder.get(waiting.holder, (0, 0))
        if pending >= self._most_of_holder or length + size > self._most_bytes_of_holder:
            raise HolderOverQuotaError(f"{pending} transactions of this holder wait")
        self._waiting[waiting.act.bytes_hash] = waiting
        self._ids[waiting.act.act_id] = waiting.act.bytes_hash
        self._by_holder[waiting.holder] = (pending + 1, length + size)
        self._by_last_height.setdefault(waiting.act.valid_until, {})[waiting.act.bytes_hash] = None
        self.bytes += size

    def first(self, most_bytes: int, each_costs: int) -> list[Waiting]:
        """The oldest that fit into a block of so many bytes, each taking some bytes more for its
        frame.
        """
        chosen: list[Waiting] = []
        room = most_bytes
        for waiting in self._waiting.values():
            room -= len(waiting.transaction) + each_costs
            if room < 0:
                break
            chosen.append(waiting)
        return chosen

    def get(self, bytes_hash: bytes) -> Waiting | None:
        """One that waits, by the hash of its bytes."""
        return self._waiting.get(bytes_hash)

    def remove_act(self, act_id: Hash) -> Waiting | None:
        """Take out the bytes that wait for an act, whichever were decided: an act has one id under
        any good signature.
        """
        bytes_hash = self._ids.get(act_id)
        return None if bytes_hash is None else self.remove(bytes_hash)

    def expired(self, height: int) -> list[Waiting]:
        """Those that could enter no block above this height."""
        return [
            self._waiting[bytes_hash]
            for last in sorted(each for each in self._by_last_height if each <= height)
            for bytes_hash in self._by_last_height[last]
        ]

    def remove(self, bytes_hash: Hash) -> Waiting | None:
        """Take one out, by the hash of its bytes."""
        waiting = self._waiting.pop(bytes_hash, None)
        if waiting is None:
            return None
        self._ids.pop(waiting.act.act_id, None)
        same = self._by_last_height[waiting.act.valid_until]
        del same[bytes_hash]
        if not same:
            del self._by_last_height[waiting.act.valid_until]
        size = len(waiting.transaction)
        self.bytes -= size
        pending, length = self._by_holder[waiting.holder]
        if pending > 1:
            self._by_holder[waiting.holder] = (pending - 1, length - size)
        else:
            del self._by_holder[waiting.holder]
        return waiting

    def all(self) -> Iterator[Waiting]:
        """Everything that waits, oldest first."""
        return iter(list(self._waiting.values()))
