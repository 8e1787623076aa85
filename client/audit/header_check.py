"""Does each header follow from the one before, and did the validators sign it?  (CometBFT 0.38)"""

from collections.abc import Callable

from cfi.client.audit.beginning import Beginning
from cfi.client.audit.findings import Disagreement, DisagreementError, same, shown
from cfi.contracts.state.upgrades import app_version_at
from cfi.contracts.state.validator_sets import validators_at
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.blocks import Block, block_id_of, data_hash, evidence_hash, results_hash
from cfi.contracts.wire.commits import NO_COMMIT, commit_hash, earliest_vote_time, median_time
from cfi.contracts.wire.headers import NO_BLOCK, BlockId, Header, Timestamp, header_fault
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.validators import ValidatorSet, validators_hash
from cfi.contracts.wire.votes import CommitError, verify_commit


class HeaderCheck:
    """Follows a chain of headers from the genesis."""

    def __init__(self, beginning: Beginning) -> None:
        self._beginning = beginning
        self._view = StateView(beginning.state)
        self._vote_time = beginning.genesis_time
        self.height = 0
        self.block_id: BlockId = NO_BLOCK
        self._app_hash = beginning.state.app_hash_to_come()
        self.results_hash = results_hash([])

    def validators_of(self, height: int) -> ValidatorSet:
        """The validators that sign a height, by what has been replayed."""
        return validators_at(self._view, height)

    @property
    def app_hash(self) -> Hash:
        """The root after the last height, which the next header must carry; may have to be waited
        for.
        """
        return self._app_hash()

    def check(self, block: Block, vote_time: Timestamp) -> None:
        """Check a block's header, but for the outcome of the height before, and the votes that it
        brings for the block before, by the validators and the version that the replay came to;
        raises DisagreementError.
        """
        header, height = block.header, self.height + 1
        same(height, "height", height, header.height)
        same(height, "form of the header", None, header_fault(header))
        self._check_votes(block, height)
        self._check_time(block, vote_time)
        for what, expected, found in self._said(block):
            same(height, what, expected, found)
        known = [each.address for each in self.validators_of(height).validators]
        if header.proposer_address not in known:
            _differ(height, "proposer", "a validator", shown(header.proposer_address))

    def check_outcome(self, header: Header) -> None:
        """Check what a header says came of the height before; raises DisagreementError."""
        height, results = self.height + 1, header.last_results_hash
        same(height, "app hash of the height before", self.app_hash, header.app_hash)
        same(height, "results of the height before", self.results_hash, results)

    def go_on(
        self, block: Block, vote_time: Timestamp, app_hash: Callable[[], Hash], results: bytes
    ) -> None:
        """Take a checked block, and what executing it gave, as the one that the next follows."""
        self.height = block.header.height
        self.block_id = block_id_of(block)
        self._vote_time = vote_time
        self._app_hash, self.results_hash = app_hash, results

    def _check_votes(self, block: Block, height: int) -> None:
        commit = block.last_commit
        if height == 1:
            same(height, "votes for a block before the first", NO_COMMIT, commit)
            return
        try:
            verify_commit(
                self._beginning.chain_id,
                self.validators_of(height - 1),
                self.block_id,
                Height(height - 1),
                commit,
            )
        except CommitError as error:
            _differ(height, "votes for the block before", "more than 2/3 of the power", str(error))

    def _check_time(self, block: Block, vote_time: Timestamp) -> None:
        height, time = block.header.height, block.header.time
        expected = self._beginning.genesis_time
        if height > 1:
            expected = median_time(block.last_commit, self.validators_of(height - 1))
        same(height, "time", expected, time)
        same(height, "time of the vote for the block before", time, self._vote_time)
        if vote_time < earliest_vote_time(time, time):
            _differ(height, "time of the vote", f"after {shown(time)}", shown(vote_time))

    def _said(self, block: Block) -> tuple[tuple[str, object, object], ...]:
        header: Header = block.header
        begun, height = self._beginning, self.height + 1
        now, following = (validators_hash(self.validators_of(h)) for h in (height, height + 1))
        return (
            ("chain id", begun.chain_id, header.chain_id),
            ("rule version", app_version_at(self._view, height), header.app_version),
            ("id of the block before", self.block_id, header.last_block_id),
            ("hash of the votes", commit_hash(block.last_commit), header.last_commit_hash),
            ("hash of the transactions", data_hash(block.transactions), header.data_hash),
            ("hash of the validators", now, header.validators_hash),
            ("hash of the next validators", following, header.next_validators_hash),
            ("hash of the block's bounds", begun.consensus_hash, header.consensus_hash),
            ("hash of the evidence", evidence_hash(block.evidence), header.evidence_hash),
        )


def _differ(height: int, what: str, expected: str, found: str) -> None:
    raise DisagreementError(Disagreement(height=height, what=what, expected=expected, found=found))
