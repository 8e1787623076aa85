"""An owner's first row while a block adds to it: totals, and the chain of movements.  (RB 5.3.2)"""

from hashlib import sha256
from typing import Final

import cbor2

from cfi.contracts.state.rows.custody import Movement, Summary, Total
from cfi.contracts.wire import items
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.quantities import RANGES, Count, Tonnes, Year
from cfi.contracts.wire.refusal import InvariantBroken
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import Text

_HEAD: Final = items.array_head(5)
_TOTAL_HEAD: Final = items.array_head(3)
_MOST: Final = RANGES[Tonnes][1]


def next_link(chain: Hash, movement: bytes) -> Hash:
    """The chain of movements after one more."""
    return Hash(sha256(chain + movement).digest())


class Running:
    """An owner's first row while a block adds to it.

    It is read and written once a block for each owner that the block touches, so it keeps the row's
    plain parts and makes the typed row only for who asks.
    """

    __slots__ = ("chain", "commitment", "count", "owner", "totals")

    def __init__(self, row: bytes) -> None:
        """Begin with a stored first row."""
        self.owner: Text
        self.commitment: Hash
        self.count: Count
        self.chain: Hash
        self.owner, self.commitment, totals, self.count, self.chain = cbor2.loads(row)
        self.totals: dict[tuple[int, int], int] = {
            (instrument, vintage): tonnes for instrument, vintage, tonnes in totals
        }

    def record(self, movement: Movement, raw: bytes) -> None:
        """Count a movement in; raises InvariantBroken where more leaves than there is, or more
        comes than a total may be.
        """
        place = (movement.instrument._value_, movement.vintage)
        signed = movement.tonnes if movement.incoming else -movement.tonnes
        amount = self.totals.get(place, 0) + signed
        if not 0 <= amount <= _MOST:
            raise InvariantBroken("more tonnes leave an account than it holds, or more than it can")
        self.totals[place] = amount
        self.count = Count(self.count + 1)
        self.chain = next_link(self.chain, raw)

    def summary(self) -> Summary:
        """The row as it stands now."""
        return Summary(
            owner=self.owner,
            seed_commitment=self.commitment,
            totals=tuple(
                Total(
                    instrument=Instrument(instrument), vintage=Year(vintage), tonnes=Tonnes(tonnes)
                )
                for instrument, vintage, tonnes in self._lasting()
            ),
            movement_count=self.count,
            movement_chain=self.chain,
        )

    def encode(self) -> bytes:
        """The bytes of the row as it stands now: of checked parts, so they aren't checked again."""
        totals = self._lasting()
        parts = [_HEAD, items.text(self.owner), items.octets(self.commitment)]
        parts.append(items.array_head(len(totals)))
        for total in totals:
            parts.append(_TOTAL_HEAD)
            parts += map(items.unsigned, total)
        parts += (items.unsigned(self.count), items.octets(self.chain))
        return b"".join(parts)

    def _lasting(self) -> list[tuple[int, int, int]]:
        """Type, vintage and tonnes of what there is, in order."""
        return [(*place, tonnes) for place, tonnes in sorted(self.totals.items()) if tonnes]
