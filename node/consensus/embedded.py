"""The embedded engine: one validator makes blocks in CometBFT's own format, byte for byte.

At each height: the block with the time of its vote is on the disk; then the vote is signed and on
the disk; then the state is; only then
is anything published. A restart walks the same path from wherever it stopped, and signs the same
bytes again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cfi.contracts.state.programme_clock import programme_time
from cfi.contracts.state.upgrades import app_version_at
from cfi.contracts.state.validator_sets import validators_at
from cfi.contracts.transition.block import Outcome
from cfi.contracts.wire.block_file import BlockRecord
from cfi.contracts.wire.blocks import (
    Block,
    block_id_of,
    data_hash,
    decode_block,
    encode_block,
    evidence_hash,
    results_hash,
)
from cfi.contracts.wire.commits import (
    ABSENT,
    NO_COMMIT,
    BlockIdFlag,
    Commit,
    CommitSig,
    commit_hash,
    earliest_vote_time,
    vote_sign_bytes,
)
from cfi.contracts.wire.headers import Header, Timestamp, header_hash
from cfi.contracts.wire.quantities import Height, Instant
from cfi.contracts.wire.validators import validators_hash
from cfi.node.application import Application
from cfi.node.consensus.private_validator import PrivateValidator
from cfi.node.storage.block_files import BlockFiles
from cfi.node.storage.database import DamagedError

_LOG: Final = logging.getLogger(__name__)
NO_ROOT: Final = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainTerms:
    """What every header says of the chain."""

    chain_id: str
    genesis_time: Timestamp
    consensus_hash: bytes


@dataclass(frozen=True, slots=True)
class Decided:
    """A block that is decided, durable and published."""

    height: int
    block: Block
    commit: Commit
    outcomes: list[Outcome]
    changed: bool


class CannotDecideError(Exception):
    """The next height is not this validator's alone to decide."""


class EmbeddedEngine:
    """Decides heights one after another, while its own validator has more than two thirds of the
    power.
    """

    def __init__(
        self,
        terms: ChainTerms,
        application: Application,
        files: BlockFiles,
        validator: PrivateValidator,
        now: Callable[[], Timestamp],
    ) -> None:
        self.terms = terms
        self._application = application
        self._files = files
        self._validator = validator
        self._now = now
        self._last_block: Block | None = None
        self._last_commit = NO_COMMIT
        self._vote_time = terms.genesis_time
        self._last_results_hash = results_hash([])

    @property
    def height(self) -> int:
        """The last decided height."""
        return 0 if self._last_block is None else self._last_block.header.height

    @property
    def app_hash(self) -> bytes:
        """The root that the last block's header carries."""
        return NO_ROOT if self._last_block is None else self._last_block.header.app_hash

    @property
    def next_block_time(self) -> Timestamp:
        """The time that the next header carries: that of the last vote."""
        return self._vote_time

    def recover(self) -> int:
        """Go on from what is on the disk; returns how many blocks were executed again. Raises
        DamagedError.
        """
        files, application = self._files, self._application
        if application.height > files.height:
            raise DamagedError(
                f"the state is at height {application.height}, the blocks end at {files.height}"
            )
        if self._validator.last.height > files.height:
            raise DamagedError(
                f"height {self._validator.last.height} was signed, the blocks end at {files.height}"
            )
        committed = application.store.committed()
        done = application.height
        for height in range(max(done, 1), files.height + 1):
            record = files.read(height)
            assert record is not None, "the files have every height up to their last"
            block = decode_block(record.block)
            if height == done:
                assert committed is not None, "a height was committed"
                self._last_results_hash = committed.results_hash
                self._take_over(block, record.vote_time)
            else:
                self._check_follows(block)
                self._decide(block, record.vote_time)
        next_time = Instant(self.next_block_time.seconds)
        application.now = programme_time(application.committed_view, next_time)
        return files.height - done

    def make_block(self, waiting: list[bytes]) -> Decided:
        """Decide the next height with what fits of the waiting transactions; raises OSError where
        the disk refuses, CannotDecideError, UnsupportedVersionError.
        """
        self._require_two_thirds()
        time = self.next_block_time
        chosen = self._application.prepare_proposal(waiting, Instant(time.seconds))
        block = self._block_of(chosen, time)
        vote_time = earliest_vote_time(time, self._now())
        encoded = encode_block(block)
        self._files.append(
            BlockRecord(height=block.header.height, vote_time=vote_time, block=encoded)
        )
        return self._decide(block, vote_time)

    def commit_of(self, height: int) -> Commit | None:
        """The votes for a height: in the next block, or the last ones."""
        if height == self.height:
            return self._last_commit
        record = self._files.read(height + 1)
        return None if record is None else decode_block(record.block).last_commit

    def record(self, height: int) -> BlockRecord | None:
        """A decided block as it stands in the files."""
        return self._files.read(height)

    def block(self, height: int) -> Block | None:
        """A decided block."""
        record = self._files.read(height)
        return None if record is None else decode_block(record.block)

    def _block_of(self, transactions: list[bytes], time: Timestamp) -> Block:
        terms, height = self.terms, self.height + 1
        view = self._application.committed_view
        header = Header(
            app_version=app_version_at(view, height),
            chain_id=terms.chain_id,
            height=Height(height),
            time=time,
            last_block_id=self._last_commit.block_id,
            last_commit_hash=commit_hash(self._last_commit),
            data_hash=data_hash(transactions),
            validators_hash=validators_hash(validators_at(view, height)),
            next_validators_hash=validators_hash(validators_at(view, height + 1)),
            consensus_hash=terms.consensus_hash,
            app_hash=self._application.app_hash,
            last_results_hash=self._last_results_hash,
            evidence_hash=evidence_hash([]),
            proposer_address=self._validator.address,
        )
        return Block(header=header, transactions=tuple(transactions), last_commit=self._last_commit)

    def _require_two_thirds(self) -> None:
        height = self.height + 1
        validators = validators_at(self._application.committed_view, height)
        own = validators.by_address().get(self._validator.address)
        power, total = 0 if own is None else own.voting_power, validators.total_power
        if 3 * power > 2 * total:
            return
        what = f"has {power} of {total} power" if own else self._why_gone()
        raise CannotDecideError(
            f"height {height} is not this node's to decide alone: its validator {what}, and more "
            "than two thirds have to sign; carry the chain over to CometBFT with "
            "`cfi engine import`"
        )

    def _why_gone(self) -> str:
        records = self._application.committed_view.validators.all()
        replaced = any(each.replaces == self._validator.public_key for each in records)
        return "signs no more, " + ("its key was replaced" if replaced else "it has no power")

    def _decide(self, block: Block, vote_time: Timestamp) -> Decided:
        # The root is worked out in another process while this one signs.
        finalized = self._application.finalize_block(
            block.transactions, Instant(block.header.time.seconds)
        )
        commit = self._commit_for(block, vote_time)
        outcomes = self._application.commit()
        self._last_block, self._last_commit, self._vote_time = block, commit, vote_time
        self._last_results_hash = finalized.results_hash
        changed = self._application.app_hash != block.header.app_hash
        return Decided(block.header.height, block, commit, outcomes, changed)

    def _take_over(self, block: Block, vote_time: Timestamp) -> None:
        self._last_commit = self._commit_for(block, vote_time)
        self._last_block, self._vote_time = block, vote_time

    def _commit_for(self, block: Block, vote_time: Timestamp) -> Commit:
        block_id = block_id_of(block)
        signed = vote_sign_bytes(
            chain_id=self.terms.chain_id,
            height=block.header.height,
            round_number=0,
            block_id=block_id,
            time=vote_time,
        )
        vote = CommitSig(
            flag=BlockIdFlag.COMMIT,
            validator_address=self._validator.address,
            time=vote_time,
            signature=self._sign(block.header.height, signed),
        )
        signers = validators_at(self._application.committed_view, block.header.height)
        votes = (
            vote if each.address == vote.validator_address else ABSENT
            for each in signers.validators
        )
        return Commit(
            height=block.header.height, round_number=0, block_id=block_id, signatures=tuple(votes)
        )

    def _sign(self, height: int, signed: bytes) -> bytes:
        """Signing again what was decided long ago gives the same bytes, and needs no new state."""
        if height < self._validator.last.height:
            return self._validator.sign_again(signed)
        return self._validator.sign_vote(height, signed)

    def _check_follows(self, block: Block) -> None:
        """Raise DamagedError unless a stored block is the very one that would follow now."""
        expected = self._block_of(list(block.transactions), self.next_block_time)
        if (
            header_hash(expected.header) != header_hash(block.header)
            or expected.last_commit != block.last_commit
        ):
            raise DamagedError(
                f"block {block.header.height} does not follow: its header says app hash "
                f"{block.header.app_hash.hex()}, executing gave {self._application.app_hash.hex()}"
            )
