"""What the ledger asks of the engine that decides its blocks, whichever it is."""

from typing import Protocol

from cfi.contracts.wire.block_file import BlockRecord
from cfi.contracts.wire.blocks import Block
from cfi.contracts.wire.commits import Commit
from cfi.contracts.wire.headers import Timestamp
from cfi.node.consensus.embedded import ChainTerms


class Engine(Protocol):
    """The decided chain, as far as it can be shown."""

    @property
    def terms(self) -> ChainTerms:
        """What every header says of the chain."""

    @property
    def height(self) -> int:
        """The last height whose block and votes can be shown."""

    @property
    def app_hash(self) -> bytes:
        """The root that the header of that height carries, of the state before it; 32 zero bytes
        where there is no block.
        """

    @property
    def next_block_time(self) -> Timestamp:
        """The time that the next header carries, as far as it is known."""

    def block(self, height: int) -> Block | None:
        """A decided block."""

    def record(self, height: int) -> BlockRecord | None:
        """A decided block as it stands in the files."""

    def commit_of(self, height: int) -> Commit | None:
        """The votes for a height."""
