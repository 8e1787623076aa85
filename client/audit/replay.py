"""The history decided again, block by block, from the genesis: no clock, no disk, no network.

What a header commits to stands in the next one, so the last height's root and results are worked
out and reported, but no header of the source confirms them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from cfi.client.audit.beginning import Beginning
from cfi.client.audit.evidence_check import EvidenceCheck
from cfi.client.audit.findings import Disagreement, DisagreementError
from cfi.client.audit.header_check import HeaderCheck
from cfi.contracts.state.durable import Batch, movement_key
from cfi.contracts.state.history import Version
from cfi.contracts.state.overlay import Overlay
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.act import Inadmissible, InadmissibleError
from cfi.contracts.transition.block import Execution, Outcome, begin_block, finish_block
from cfi.contracts.transition.examined import Examined, act_from
from cfi.contracts.transition.window import Window
from cfi.contracts.wire.block_file import BlockRecord
from cfi.contracts.wire.blocks import (
    Block,
    TransactionResult,
    decode_block,
    evidence_hash,
    results_hash,
)
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.limits import MAX_BLOCK_GAS
from cfi.contracts.wire.misbehaviour import Misbehaviour
from cfi.contracts.wire.protobuf import ProtobufError
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.receipts import receipt_digest
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.validators import ValidatorSet
from cfi.contracts.wire.values import maker_of

_REFUSED: Final = 1
_RESULT: Final[Callable[..., TransactionResult]] = maker_of(TransactionResult)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A height that agrees, with what the independent model is to be shown of it."""

    height: int
    transactions: tuple[bytes, ...]
    act_ids: tuple[Hash, ...]
    """Of the transactions, in their order."""
    gas: int
    """Work units of its acts and of what was due."""
    receipts: list[bytes]
    done: int
    header_hash: bytes
    app_hash_to_come: Callable[[], Hash]
    misbehaviour: int
    """Offences of validators that its evidence proves."""
    sealed: Batch
    """The rows that it changed."""
    overlay: Overlay

    @property
    def app_hash(self) -> Hash:
        """The root after the height; may have to be waited for."""
        return self.app_hash_to_come()

    @property
    def rows(self) -> Batch:
        """What it wrote: rows and movements."""
        return self.sealed + _movements(self.overlay)


def read_block(record: BlockRecord) -> Block:
    """The block of a record; raises DisagreementError unless it is its own one encoding."""
    try:
        block = decode_block(record.block)
        evidence_hash(block.evidence)
    except (ProtobufError, ValueError) as error:
        raise _disagreement(record.height, "encoding of the block", "CometBFT's", error) from error
    if block.header.height != record.height:
        raise _disagreement(
            record.height, "height of the record", block.header.height, record.height
        )
    return block


class Replay:
    """Takes blocks in order and decides them again."""

    def __init__(self, beginning: Beginning) -> None:
        self._state = beginning.state
        self._window = Window()
        self.headers = HeaderCheck(beginning)
        self._evidence = EvidenceCheck(beginning.chain_id)

    def version(self) -> Version:
        """The state after the last height that was taken, for proofs."""
        return Version(self._state, self._state.height)

    def validators_of(self, height: int) -> ValidatorSet:
        """The validators that sign a height, as the ledger has them."""
        return self.headers.validators_of(height)

    def take(self, block: Block, vote_time: Timestamp, examined: Sequence[Examined]) -> Replayed:
        """Check and decide the next block; `examined` is what is known of each of its transactions.
        Raises DisagreementError at the first thing that differs.
        """
        self.headers.check(block, vote_time)
        misbehaviour = self._evidence.check(block, StateView(self._state))
        try:
            execution = self._decided(block, examined, misbehaviour)
        finally:
            # Not before: the trees work out the root while the block is decided.
            self.headers.check_outcome(block.header)
        sealed = self._state.seal(execution.overlay)
        self._window.add(self._state.height, tuple(execution.ids))
        results = results_hash([_result(each) for each in execution.outcomes])
        app_hash = self._state.app_hash_to_come()
        self.headers.go_on(block, vote_time, app_hash, results)
        return Replayed(
            height=block.header.height,
            transactions=block.transactions,
            act_ids=tuple(execution.ids),
            gas=execution.gas,
            receipts=[each.receipt_bytes for each in execution.outcomes],
            done=sum(1 for each in execution.outcomes if each.receipt and each.receipt.done),
            header_hash=self.headers.block_id.header_hash,
            app_hash_to_come=app_hash,
            misbehaviour=len(misbehaviour),
            sealed=sealed,
            overlay=execution.overlay,
        )

    def _decided(
        self, block: Block, examined: Sequence[Examined], misbehaviour: Sequence[Misbehaviour]
    ) -> Execution:
        now = Instant(block.header.time.seconds)
        execution = begin_block(self._state, self._window, now, misbehaviour)
        for index, (transaction, known) in enumerate(
            zip(block.transactions, examined, strict=True)
        ):
            _decide(execution, transaction, index, known)
        finish_block(execution)
        return execution


def _decide(execution: Execution, transaction: bytes, index: int, known: Examined) -> None:
    height = execution.height
    try:
        execution.execute(act_from(transaction, known))
    except InadmissibleError as error:
        if error.reason is Inadmissible.BAD_SIGNATURE:
            raise _disagreement(
                height, f"signature of transaction {index}", "good", "wrong"
            ) from error
        raise _disagreement(height, f"transaction {index}", "admissible", error) from error
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        raise _disagreement(height, f"transaction {index}", "decided by the rules", told) from error
    if execution.gas > MAX_BLOCK_GAS:
        raise _disagreement(height, "work units", f"at most {MAX_BLOCK_GAS}", execution.gas)


def _result(outcome: Outcome) -> TransactionResult:
    assert outcome.receipt is not None and outcome.act is not None, "each was admissible"
    return _RESULT(
        0 if outcome.receipt.done else _REFUSED,
        receipt_digest(outcome.act.act_id, outcome.receipt_bytes),
        outcome.gas,
        outcome.gas,
    )


def _movements(overlay: Overlay) -> Batch:
    rows: Batch = []
    for owner, movements in overlay.movements.items():
        summary = overlay.summary(owner)
        assert summary is not None, "a movement has an owner"
        first = summary.movement_count - len(movements) + 1
        rows += [(movement_key(owner, first + at), raw) for at, raw in enumerate(movements)]
    return rows


def _disagreement(height: int, what: str, expected: object, found: object) -> DisagreementError:
    return DisagreementError(
        Disagreement(height=height, what=what, expected=str(expected), found=str(found))
    )
