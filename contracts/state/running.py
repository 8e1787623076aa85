"""An owner's first row while a block adds to it: totals, and the chain of movements.  (RB 5.3.2)"""

from hashlib import sha256

from cfi.contracts.state.rows.custody import Movement, Summary, Total
from cfi.contracts.wire.quantities import Count, Tonnes
from cfi.contracts.wire.refusal import InvariantBroken
from cfi.contracts.wire.schema import Hash


def next_link(chain: Hash, movement: bytes) -> Hash:
    """The chain of movements after one more."""
    return Hash(sha256(chain + movement).digest())


class Running:
    """An owner's first row while a block adds to it."""

    __slots__ = ("chain", "commitment", "count", "owner", "totals")

    def __init__(self, summary: Summary) -> None:
        self.owner = summary.owner
        self.commitment = summary.seed_commitment
        self.count = summary.movement_count
        self.chain = summary.movement_chain
        self.totals = {(row.instrument, row.vintage): row.tonnes for row in summary.totals}

    def record(self, movement: Movement, raw: bytes) -> None:
        """Count a movement in; raises InvariantBroken where more leaves than there is."""
        place = (movement.instrument, movement.vintage)
        signed = movement.tonnes if movement.incoming else -movement.tonnes
        amount = self.totals.get(place, 0) + signed
        if amount < 0:
            raise InvariantBroken("more tonnes leave an account than it holds")
        self.totals[place] = Tonnes(amount)
        self.count = Count(self.count + 1)
        self.chain = next_link(self.chain, raw)

    def summary(self) -> Summary:
        """The row as it stands now."""
        return Summary(
            owner=self.owner,
            seed_commitment=self.commitment,
            totals=tuple(
                Total(instrument=instrument, vintage=vintage, tonnes=tonnes)
                for (instrument, vintage), tonnes in sorted(self.totals.items())
                if tonnes
            ),
            movement_count=self.count,
            movement_chain=self.chain,
        )
