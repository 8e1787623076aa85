"""A whole audit: blocks are read and their signatures verified ahead, the history is decided again,
and the independent model keeps its books beside it.  (RB 2.7.4)
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cfi.client.audit.beginning import Beginning
from cfi.client.audit.findings import DisagreementError, Findings
from cfi.client.audit.model_link import ModelLink
from cfi.client.audit.replay import Replay, Replayed, read_block
from cfi.client.audit.signature_pool import Owed, SignaturePool
from cfi.client.audit.sources import BadSourceError, read_records
from cfi.contracts.wire import signatures
from cfi.contracts.wire.block_file import BlockRecord
from cfi.contracts.wire.blocks import Block

BLOCKS_AHEAD: Final = 32
"""Blocks whose signatures are being verified while an earlier one is decided."""
Progress = Callable[[int, int], None]
"""Told after each block: its height, and its bytes."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A block that was read, or what was wrong with it: said when its turn comes."""

    record: BlockRecord | None
    block: Block | None
    owed: list[Owed]
    fault: DisagreementError | BadSourceError | None


def audit(beginning: Beginning, source: Path, workers: int, progress: Progress) -> Findings:
    """Replay a source from the genesis up to its end or its first disagreement; raises
    BadSourceError where it can't be read.
    """
    signatures.self_test()
    findings = Findings(
        chain_id=beginning.chain_id,
        genesis_hash=beginning.genesis_hash.hex(),
        first_app_hash=beginning.state.app_hash.hex(),
    )
    with SignaturePool(workers) as pool, ModelLink() as model:
        try:
            _replay(beginning, _ahead(source, pool), pool, model, findings, progress)
        except DisagreementError as error:
            findings.disagreement = error.disagreement
    return findings


def _replay(
    beginning: Beginning,
    blocks: Iterator[Ahead],
    pool: SignaturePool,
    model: ModelLink,
    findings: Findings,
    progress: Progress,
) -> None:
    replay = Replay(beginning)
    pending: deque[Replayed] = deque()
    model.send(0, [], [], beginning.rows)
    try:
        for each in blocks:
            if each.fault is not None:
                raise each.fault
            assert each.record is not None and each.block is not None, "no fault, so a block"
            replayed = replay.take(each.block, each.record.vote_time, pool.answer(each.owed))
            pending.append(replayed)
            model.send(replayed.height, replayed.transactions, replayed.receipts, replayed.rows)
            progress(replayed.height, len(each.record.block))
            _count(findings, pending, model.settled)
    finally:
        try:
            findings.totals = model.finish()  # an earlier height may differ in the model
        finally:
            _count(findings, pending, model.settled)


def _count(findings: Findings, pending: deque[Replayed], settled: int) -> None:
    """Count the heights in with which the model agrees too."""
    while pending and pending[0].height <= settled:
        replayed = pending.popleft()
        findings.commits += findings.height > 0
        findings.height = replayed.height
        findings.header_hash = replayed.header_hash.hex()
        findings.app_hash = replayed.app_hash.hex()
        findings.transactions += len(replayed.transactions)
        findings.done += replayed.done
        findings.refused += len(replayed.transactions) - replayed.done
        findings.empty_blocks += not replayed.transactions


def _ahead(source: Path, pool: SignaturePool) -> Iterator[Ahead]:
    """Blocks in order, a few of them read before they are asked for."""
    waiting: deque[Ahead] = deque()
    for each in _read(source, pool):
        waiting.append(each)
        if len(waiting) > BLOCKS_AHEAD:
            yield waiting.popleft()
    yield from waiting


def _read(source: Path, pool: SignaturePool) -> Iterator[Ahead]:
    """Each block as it is read, up to the first fault."""
    try:
        for record in read_records(source):
            block = read_block(record)
            yield Ahead(record, block, pool.ask(block.transactions), None)
    except (DisagreementError, BadSourceError) as fault:
        yield Ahead(None, None, [], fault)
