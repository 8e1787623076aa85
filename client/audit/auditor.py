"""A whole audit: blocks are read and their signatures verified ahead, the history is decided again,
and the independent model keeps its books beside it.  (RB 2.7.4)
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Final

from cfi.client.audit.beginning import Beginning
from cfi.client.audit.findings import DisagreementError, Findings
from cfi.client.audit.known_header import KnownHeader
from cfi.client.audit.model_link import ModelLink
from cfi.client.audit.replay import Replay, Replayed, read_block
from cfi.client.audit.signature_pool import Owed, SignaturePool
from cfi.client.audit.sources import BadSourceError
from cfi.client.light.bisection import UnavailableError
from cfi.client.tree_process import TreeProcess
from cfi.contracts.wire import signatures
from cfi.contracts.wire.block_file import BlockRecord
from cfi.contracts.wire.blocks import Block

BLOCKS_AHEAD: Final = 32
"""Blocks whose signatures are being verified while an earlier one is decided."""
Progress = Callable[[int, int], None]
"""Told after each block: its height, and its bytes."""
See = Callable[[Block, Replayed], None]
"""Shown each block that was decided again, and what came of it."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A block that was read, or what was wrong with it: said when its turn comes."""

    record: BlockRecord | None
    block: Block | None
    owed: list[Owed]
    fault: DisagreementError | BadSourceError | UnavailableError | None


def audit(
    beginning: Beginning,
    records: Iterable[BlockRecord],
    workers: int,
    progress: Progress,
    known: KnownHeader | None = None,
    see: See | None = None,
) -> Findings:
    """Replay a source from the genesis up to its end or its first disagreement; raises
    BadSourceError where it can't be read, UnavailableError where a gateway stays away.

    `beginning` has the last state then.
    """
    signatures.self_test()
    findings = Findings(
        chain_id=beginning.chain_id,
        genesis_hash=beginning.genesis_hash.hex(),
        first_app_hash=beginning.state.app_hash.hex(),
    )
    with SignaturePool(workers) as pool, ModelLink() as model, trees_aside(beginning, workers):
        auditor = Auditor(pool, model, findings, progress, see)
        try:
            auditor.run(beginning, records, known)
        except DisagreementError as error:
            findings.disagreement = error.disagreement
    return findings


@dataclass(frozen=True, slots=True)
class Auditor:
    """What an audit works with."""

    pool: SignaturePool
    model: ModelLink
    findings: Findings
    progress: Progress
    see: See | None = None
    pending: deque[Replayed] = field(default_factory=deque)
    """Heights whose verdict the model still owes."""

    def run(
        self, beginning: Beginning, records: Iterable[BlockRecord], known: KnownHeader | None
    ) -> None:
        """Take every block; raises DisagreementError, BadSourceError, UnavailableError."""
        replay = Replay(beginning)
        self.model.send(0, [], [], beginning.rows)
        try:
            for each in read_ahead(records, self.pool):
                self._take(replay, each)
                if known is not None:
                    known.meet(replay.headers)
        finally:
            try:
                self.findings.totals = self.model.finish()  # an earlier height may differ there
            finally:
                _count(self.findings, self.pending, self.model.settled)
        if known is not None:
            known.confirm(replay.headers, self.findings)

    def _take(self, replay: Replay, each: Ahead) -> None:
        if each.fault is not None:
            raise each.fault
        assert each.record is not None and each.block is not None, "no fault, so a block"
        examined = self.pool.answer(each.owed)
        replayed = replay.take(each.block, each.record.vote_time, examined)
        if self.see is not None:
            self.see(each.block, replayed)
        self.pending.append(replayed)
        self.model.send(replayed.height, replayed.transactions, replayed.receipts, replayed.rows)
        self.progress(replayed.height, len(each.record.block))
        _count(self.findings, self.pending, self.model.settled)


@contextmanager
def trees_aside(beginning: Beginning, workers: int) -> Iterator[None]:
    """Keep the trees in a process of their own, too, where there are to be several."""
    if workers == 0:
        yield
        return
    with closing(TreeProcess()) as trees:
        beginning.state.hand_over(trees)
        yield


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
        findings.misbehaviour += replayed.misbehaviour
        findings.empty_blocks += not replayed.transactions


def read_ahead(records: Iterable[BlockRecord], pool: SignaturePool) -> Iterator[Ahead]:
    """Blocks in order, a few of them read before they are asked for."""
    waiting: deque[Ahead] = deque()
    for each in _read(records, pool):
        waiting.append(each)
        if len(waiting) > BLOCKS_AHEAD:
            yield waiting.popleft()
    yield from waiting


def _read(records: Iterable[BlockRecord], pool: SignaturePool) -> Iterator[Ahead]:
    """Each block as it is read, up to the first fault."""
    try:
        for record in records:
            block = read_block(record)
            yield Ahead(record, block, pool.ask(block.transactions), None)
    except (DisagreementError, BadSourceError, UnavailableError) as fault:
        yield Ahead(None, None, [], fault)
