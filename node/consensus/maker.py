"""When the embedded engine makes its blocks, and who is told of them."""

import asyncio
import time
from typing import Final

from cfi.contracts.transition.act import InadmissibleError
from cfi.contracts.wire.limits import MAX_BLOCK_BYTES
from cfi.node.application import Application
from cfi.node.audience import Audience
from cfi.node.clock import machine_time
from cfi.node.consensus.embedded import Decided, EmbeddedEngine
from cfi.node.link import Kind
from cfi.node.mempool import Mempool, Waiting

BLOCK_INTERVAL_SECONDS: Final = 0.25
STALE_HEADER_SECONDS: Final = 0.5
_FRAME_ROOM: Final = 4_096
_EACH_IN_BLOCK: Final = 5


class BlockMaker:
    """Drives the embedded engine from the mempool, and tells who waits."""

    def __init__(
        self,
        engine: EmbeddedEngine,
        application: Application,
        mempool: Mempool,
        audience: Audience,
        empty_block_interval: float,
    ) -> None:
        self._engine = engine
        self._application = application
        self._mempool = mempool
        self._audience = audience
        self.empty_block_interval = empty_block_interval
        self._wake = asyncio.Event()
        self._root_is_new = True

    def offer(self, admitted: list[Waiting]) -> None:
        """Transactions wait in the mempool."""
        del admitted
        self._wake.set()

    async def run(self) -> None:
        """Make blocks; raises what stopped it."""
        last = 0.0
        while True:
            await self._wait_for_work()
            await asyncio.sleep(max(0.0, last + BLOCK_INTERVAL_SECONDS - time.monotonic()))
            last = time.monotonic()
            if len(self._mempool) and self._header_is_stale():
                self._publish(self._engine.make_block([]))
            waiting = self._mempool.first(MAX_BLOCK_BYTES - _FRAME_ROOM, _EACH_IN_BLOCK)
            self._publish(self._engine.make_block([each.transaction for each in waiting]), waiting)

    async def _wait_for_work(self) -> None:
        """Until a transaction waits, or a root waits for the header that proves it, or it is time
        for a sign of life.
        """
        if self._root_is_new or len(self._mempool):
            return
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), self.empty_block_interval)
        except TimeoutError:
            return

    def _header_is_stale(self) -> bool:
        age = machine_time().total_nanos - self._engine.next_block_time.total_nanos
        return age > STALE_HEADER_SECONDS * 1_000_000_000

    def _publish(self, decided: Decided, offered: list[Waiting] | None = None) -> None:
        self._root_is_new = decided.changed
        decided_hashes: dict[bytes, None] = {}
        for index, outcome in enumerate(decided.outcomes):
            assert outcome.act is not None, "the embedded engine decides no inadmissible act"
            decided_hashes[outcome.act.bytes_hash] = None
            waiting = self._mempool.remove(outcome.act.bytes_hash)
            if waiting is not None and waiting.listener is not None:
                waiting.listener.committed(decided.height, index, outcome.receipt_bytes)
        self._drop_hopeless(offered or [], decided_hashes)
        header = decided.block.header
        self._audience.announce(decided.height, header.app_hash, header.time.seconds)

    def _drop_hopeless(self, offered: list[Waiting], decided: dict[bytes, None]) -> None:
        """What was offered to a block and not taken is asked again; what has become inadmissible
        leaves.
        """
        for waiting in offered:
            if waiting.act.bytes_hash in decided:
                continue
            try:
                self._application.check_live(waiting.act)
            except InadmissibleError as error:
                self._application.memory.drop(waiting, error)
                if waiting.listener is not None:
                    waiting.listener.tell_why(Kind.DROPPED, error.reason.name, error.detail)
