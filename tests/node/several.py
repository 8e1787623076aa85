"""A chain that several validators decide together, as CometBFT would have it: real application, true
headers, true votes; only the network between them is left out.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cfi.client.light.lightblock import LightBlock
from cfi.contracts.state.changes import put
from cfi.contracts.state.durable import Batch
from cfi.contracts.state.rows.access import KEYS, UserKey
from cfi.contracts.state.store import State
from cfi.contracts.state.upgrades import app_version_at
from cfi.contracts.state.validator_sets import validators_at
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.block_file import BlockRecord
from cfi.contracts.wire.blocks import (
    Block,
    block_id_of,
    data_hash,
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
    median_time,
    vote_sign_bytes,
)
from cfi.contracts.wire.evidence import decode_evidence
from cfi.contracts.wire.evidence_rules import misbehaviour_of
from cfi.contracts.wire.headers import NO_BLOCK, BlockId, Header, Timestamp
from cfi.contracts.wire.quantities import Height, Instant
from cfi.contracts.wire.signatures import sign
from cfi.contracts.wire.text import UserId
from cfi.contracts.wire.validators import Validator, ValidatorSet, validators_hash
from cfi.node.application import Application, Finalized
from cfi.node.storage.database import Database
from cfi.node.storage.ledger_store import LedgerStore
from cfi.node.storage.quarantine import Quarantine
from tests.contracts.ledger import EXCHANGE, NOW, Ledger, seed_of
from tests.contracts.people import key_named
from tests.contracts.validators import Named, founded
from tests.node.chain import CHAIN_ID, GENESIS_HASH, TERMS, signed

VOTE_NANOS: Final = 100_000_000


def genesis(validators: Named, divisor: int = 3) -> tuple[State, Batch]:
    """The state before the first block: these validators, and an officer of the Exchange with a
    key.
    """
    ledger = Ledger()
    key = UserKey(
        key=key_named("officer"),
        user_id=UserId("officer-1"),
        valid_from=NOW,
        valid_to=None,
        revoked=False,
    )
    ledger.given(founded(validators), put(KEYS, EXCHANGE, key))
    ledger.parameter("validator_change_divisor", divisor)
    ledger.parameter("upgrade_notice_heights", 1)
    state, overlay = ledger.store, ledger.overlay
    state.height = -1
    return state, state.seal(overlay)


def by_officer(message: object, number: int = 0) -> bytes:
    """A transaction of the Exchange's officer."""
    return signed(message, number, seed=seed_of("officer"))


@dataclass(slots=True)
class Several:
    """Validators that decide one block after another; each signs with the seed of its name."""

    application: Application
    seeds: dict[bytes, bytes]
    absent: Collection[str] = ()
    """Who doesn't vote."""
    records: list[BlockRecord] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    commits: list[Commit] = field(default_factory=list)
    finalized: list[Finalized] = field(default_factory=list)
    roots: list[bytes] = field(default_factory=list)
    """After each block."""
    time: Timestamp = TERMS.genesis_time

    def set_at(self, height: int) -> ValidatorSet:
        """Who signs a height."""
        return validators_at(self.application.committed_view, height)

    def decide(
        self, *transactions: bytes, evidence: Sequence[bytes] = (), propose: bool = True
    ) -> int:
        """Decide a block; returns how many of its acts were done."""
        misbehaviour = [
            each for piece in evidence for each in misbehaviour_of(decode_evidence(piece))
        ]
        now = Instant(self.time.seconds)
        if propose:
            assert self.application.process_proposal(transactions, now, misbehaviour) is None
        block = self._block(transactions, evidence)
        self.finalized.append(self.application.finalize_block(transactions, now, misbehaviour))
        self.roots.append(self.application.app_hash)
        outcomes = self.application.commit()
        commit = self._commit(block)
        signers = self.set_at(block.header.height)
        self.time = median_time(commit, signers)
        self.blocks.append(block)
        self.commits.append(commit)
        self.records.append(
            BlockRecord(
                height=block.header.height, vote_time=self.time, block=encode_block(block)
            )
        )
        return sum(1 for each in outcomes if each.receipt is not None and each.receipt.done)

    def light_blocks(self) -> list[LightBlock]:
        """Every block as light clients get it."""
        return [
            LightBlock(
                header=block.header,
                commit=commit,
                validator_set=self.set_at(block.header.height),
                next_validator_set=self.set_at(block.header.height + 1),
            )
            for block, commit in zip(self.blocks, self.commits, strict=True)
        ]

    def _block(self, transactions: tuple[bytes, ...], evidence: Sequence[bytes]) -> Block:
        height = len(self.blocks) + 1
        view = self.application.committed_view
        last = self.blocks[-1] if self.blocks else None
        commit = self.commits[-1] if self.commits else NO_COMMIT
        signers = self.set_at(height)
        header = Header(
            app_version=app_version_at(view, height),
            chain_id=CHAIN_ID,
            height=Height(height),
            time=self.time,
            last_block_id=NO_BLOCK if last is None else block_id_of(last),
            last_commit_hash=commit_hash(commit),
            data_hash=data_hash(transactions),
            validators_hash=validators_hash(signers),
            next_validators_hash=validators_hash(self.set_at(height + 1)),
            consensus_hash=TERMS.consensus_hash,
            app_hash=self.application.app_hash,
            last_results_hash=(
                self.finalized[-1].results_hash if self.finalized else results_hash([])
            ),
            evidence_hash=evidence_hash(evidence),
            proposer_address=signers.validators[height % len(signers.validators)].address,
        )
        return Block(
            header=header,
            transactions=transactions,
            evidence=tuple(evidence),
            last_commit=commit,
        )

    def _commit(self, block: Block) -> Commit:
        height, block_id = block.header.height, block_id_of(block)
        away = [key_named(name) for name in self.absent]
        votes = tuple(
            ABSENT if each.public_key in away else self._vote(height, block_id, place, each)
            for place, each in enumerate(self.set_at(height).validators)
        )
        return Commit(height=height, round_number=0, block_id=block_id, signatures=votes)

    def _vote(self, height: Height, block_id: BlockId, place: int, voter: Validator) -> CommitSig:
        time = Timestamp.of_nanos(self.time.total_nanos + VOTE_NANOS * (place + 1))
        statement = vote_sign_bytes(
            chain_id=CHAIN_ID, height=height, round_number=0, block_id=block_id, time=time
        )
        return CommitSig(
            flag=BlockIdFlag.COMMIT,
            validator_address=voter.address,
            time=time,
            signature=sign(self.seeds[voter.public_key], statement),
        )


def several(
    folder: Path, founders: Named, joining: Iterable[str] = (), divisor: int = 3
) -> Several:
    """Founding validators by name and power, and the names of those that may join."""
    state, writes = genesis(founders, divisor)
    application = Application(
        state,
        Window(),
        LedgerStore(Database(folder / "store")),
        GENESIS_HASH,
        Quarantine(folder / "quarantine"),
        writes,
    )
    seeds: dict[bytes, bytes] = {
        key_named(name): seed_of(name) for name in [*founders, *joining]
    }
    return Several(application, seeds)
