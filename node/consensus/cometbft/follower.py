"""Follows the chain that CometBFT decides, so that it can be shown and audited as any other.

After each commit the header and the votes are fetched: the transactions were in the request that
decided them. Where that isn't enough, the whole block is fetched. A block goes into the block files
when the next header is known, whose time belongs into its record; the last one is kept in memory.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from cfi.client.light.evidence_json import evidence_from
from cfi.client.light.json_node import JsonNode, MalformedError
from cfi.client.light.lightblock import light_block_from
from cfi.contracts.state.validator_sets import FIRST_HEIGHT, validators_at
from cfi.contracts.wire.block_file import BlockRecord
from cfi.contracts.wire.blocks import (
    Block,
    decode_block,
    encode_block,
    evidence_hash,
    part_set_header,
)
from cfi.contracts.wire.commits import Commit, median_time
from cfi.contracts.wire.evidence import encode_evidence
from cfi.contracts.wire.headers import BlockId, Header, Timestamp, header_hash
from cfi.contracts.wire.quantities import Height
from cfi.node.application import Application
from cfi.node.audience import Audience, Listener
from cfi.node.consensus.cometbft.rpc import Answer, Call, EngineRpc
from cfi.node.consensus.embedded import NO_ROOT, ChainTerms
from cfi.node.counters import Counters
from cfi.node.storage.block_files import BlockFiles
from cfi.node.storage.database import DamagedError

_LOG: Final = logging.getLogger(__name__)
_AGAIN_SECONDS: Final = 0.02
_STEADY_PART: Final = 3
"""A clock is off steadily if that changes by at most this part of the time between two blocks."""
_MOST_CONTENTS: Final = 8
"""Heights whose transactions are kept for the block."""
_NO_EVIDENCE: Final = evidence_hash([])

Told = tuple[Listener, int, bytes]
"""Who is to hear of an act, its index in the block, its receipt."""


@dataclass(frozen=True, slots=True)
class Tip:
    """The last block that was fetched, and the votes for it that this node has seen."""

    block: Block
    encoded: bytes
    block_id: BlockId
    commit: Commit


class Follower:
    """The decided chain under CometBFT: the files, and the tip above them."""

    def __init__(
        self,
        terms: ChainTerms,
        application: Application,
        files: BlockFiles,
        rpc: EngineRpc,
        audience: Audience,
        *,
        counters: Counters,
    ) -> None:
        self.terms = terms
        self._application = application
        self._files = files
        self._rpc = rpc
        self._audience = audience
        self._counters = counters
        self._tip: Tip | None = None
        committed = application.store.committed()
        self._committed = 0 if committed is None else committed.height
        self._voted_at = 0
        self._hashes: dict[int, bytes] = {}
        self._contents: dict[int, tuple[bytes, ...]] = {}
        self._told: dict[int, list[Told]] = {}
        self._news = asyncio.Event()
        self._news.set()

    @property
    def height(self) -> int:
        """The last height whose block and votes can be shown."""
        if self._tip is not None:
            return self._tip.block.header.height
        return max(self._files.height - 1, 0)

    @property
    def app_hash(self) -> bytes:
        """The root that the header of that height carries."""
        block = self.block(self.height)
        return NO_ROOT if block is None else block.header.app_hash

    @property
    def next_block_time(self) -> Timestamp:
        """The time that the next header would carry by the votes that this node has seen."""
        tip = self._tip
        if tip is not None:
            height = tip.block.header.height
            return median_time(tip.commit, validators_at(self._application.committed_view, height))
        last = self._files.read(self._files.height)
        return self.terms.genesis_time if last is None else last.vote_time

    def block(self, height: int) -> Block | None:
        """A decided block."""
        if self._tip is not None and height == self._tip.block.header.height:
            return self._tip.block
        record = self._files.read(height)
        return None if record is None else decode_block(record.block)

    def record(self, height: int) -> BlockRecord | None:
        """A decided block as it stands in the files, which end one height below the tip."""
        return self._files.read(height)

    def commit_of(self, height: int) -> Commit | None:
        """The votes for a height: in the next block, or the last ones seen."""
        if self._tip is not None and height == self._tip.block.header.height:
            return self._tip.commit
        after = self.block(height + 1)
        return None if after is None else after.last_commit

    def decided(self, height: int, block_hash: bytes, transactions: tuple[bytes, ...]) -> None:
        """CometBFT decided a block with this header hash and these transactions."""
        self._hashes[height] = block_hash
        self._contents[height] = transactions
        # A node that catches up decides faster than it follows.
        self._contents.pop(height - _MOST_CONTENTS, None)

    def committed(self, height: int, told: list[Told]) -> None:
        """A height is durable; who waits for it hears when its block can be shown."""
        self._committed = height
        if told:
            self._told[height] = told
        self._news.set()

    def restored(self, height: int) -> None:
        """The ledger goes on from a snapshot: the blocks up to this height aren't here."""
        self._files.begin_after(height)
        self._committed = height

    async def run(self) -> None:
        """Follow; raises DamagedError where CometBFT has another block than it decided."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._next < self._committed + 1:
                await self._fetch(self._next)

    @property
    def _next(self) -> int:
        if self._tip is not None:
            return self._tip.block.header.height + 1
        return self._files.height + 1

    async def _fetch(self, height: int) -> None:
        transactions = self._contents.pop(height, None)
        try:
            tip = None if transactions is None else await self._completed(height, transactions)
            self._take(height, tip or await self._whole(height))
        except MalformedError as error:
            raise DamagedError(f"the engine's block {height} can't be read: {error}") from error

    async def _completed(self, height: int, transactions: tuple[bytes, ...]) -> Tip | None:
        """The block of these transactions, by its header and the votes for the one before; None
        where CometBFT doesn't tell both, or the block holds evidence.
        """
        if height == FIRST_HEIGHT:
            return None
        calls = [Call("commit", {"height": str(each)}) for each in (height - 1, height)]
        answers = await self._rpc.ask_until_answered(calls)
        if any(each.fault or each.result.field("signed_header").absent for each in answers):
            return None
        before, told = (light_block_from(each.result) for each in answers)
        if told.header.evidence_hash != _NO_EVIDENCE:
            return None
        return _tip(told.header, transactions, (), before.commit, told.commit)

    async def _whole(self, height: int) -> Tip:
        wanted = {"height": str(height)}
        calls = [Call("block", wanted), Call("commit", wanted)]
        while True:
            block, commit = await self._rpc.ask_until_answered(calls)
            if not block.fault and not commit.fault and not block.result.field("block").absent:
                return _tip_of(block, commit)
            await asyncio.sleep(_AGAIN_SECONDS)

    def _take(self, height: int, tip: Tip) -> None:
        self._check(height, tip)
        if self._tip is not None:
            record = BlockRecord(
                height=Height(height - 1),
                vote_time=tip.block.header.time,
                block=self._tip.encoded,
            )
            self._files.append(record)
        self._tip = tip
        self._compare_clocks(height)
        for listener, index, receipt in self._told.pop(height, []):
            listener.committed(height, index, receipt)
        header = tip.block.header
        self._audience.announce(height, header.app_hash, header.time.seconds)

    def _compare_clocks(self, height: int) -> None:
        """Votes for the newest block were given just before it was committed here."""
        committed_at = self._counters.last_commit_nanos
        if height == self._committed and committed_at:
            voted_at, before = self.next_block_time.total_nanos, self._counters.clock_off_nanos
            off = committed_at - voted_at
            between = voted_at - self._voted_at if self._voted_at else 0
            self._counters.clock_steady = abs(off - before) * _STEADY_PART < between
            self._counters.clock_off_nanos, self._voted_at = off, voted_at

    def _check(self, height: int, tip: Tip) -> None:
        """Raise DamagedError unless it is the block that was decided and follows the one before."""
        header = tip.block.header
        expected = self._hashes.pop(height, tip.block_id.header_hash)
        before = self.block(height - 1)
        follows = before is None or header.last_block_id.header_hash == header_hash(before.header)
        same = header_hash(header) == tip.block_id.header_hash == expected
        if header.height != height or not follows or not same:
            raise DamagedError(f"the engine's block {height} is not the one that was decided")


def _tip_of(block: Answer, commit: Answer) -> Tip:
    """A block and its votes from CometBFT's answers; raises MalformedError."""
    told = block.result.field("block")
    # What light clients are told has this shape, too.
    signed = {"header": told.field("header").value, "commit": told.field("last_commit").value}
    before = light_block_from(JsonNode({"signed_header": signed}, told.path))
    evidence = told.field("evidence").field("evidence").items()
    return _tip(
        before.header,
        tuple(each.base64() for each in told.field("data").field("txs").items()),
        tuple(encode_evidence(evidence_from(each)) for each in evidence),
        before.commit,
        light_block_from(commit.result).commit,
    )


def _tip(
    header: Header,
    transactions: tuple[bytes, ...],
    evidence: tuple[bytes, ...],
    last_commit: Commit | None,
    commit: Commit | None,
) -> Tip:
    """A block put together, compared with what the votes for it are for; raises MalformedError."""
    if last_commit is None or commit is None:
        raise MalformedError("a block without votes")
    made = Block(
        header=header, transactions=transactions, evidence=evidence, last_commit=last_commit
    )
    encoded = encode_block(made)
    if part_set_header(encoded) != commit.block_id.parts:
        raise MalformedError("it encodes to other parts than the engine's")
    return Tip(made, encoded, commit.block_id, commit)
