"""When the embedded engine makes its blocks, and who is told of them.

Blocks with acts keep an interval between them. An empty block comes an interval after one that
changed the root, which it proves, and when nothing happened for long. Acts don't wait for it to
have its interval; if they come to an idle chain, an empty block goes right before theirs: a header
carries the time of the last vote.
"""

import asyncio
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
IDLE_SECONDS: Final = 0.5
_FRAME_ROOM: Final = 4_096
_EACH_IN_BLOCK: Final = 5
_NANOS: Final = 1_000_000_000


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
        self._acts_at = 0.0
        """When the last block with acts was begun, by the loop's clock."""
        self._decided_at = 0.0
        """When the last block was done, by the same clock."""
        self._idle_since = 0
        """The same by the machine's clock, which goes on while the machine sleeps."""

    def offer(self, admitted: list[Waiting]) -> None:
        """Transactions wait in the mempool."""
        del admitted
        self._wake.set()

    async def run(self) -> None:
        """Make blocks; raises what stopped it."""
        loop = asyncio.get_running_loop()
        while True:
            await self._wait_for_acts(self._decided_at + self._pause())
            if len(self._mempool):
                await asyncio.sleep(self._acts_at + BLOCK_INTERVAL_SECONDS - loop.time())
                if self._is_idle():
                    self._decide([])
                self._acts_at = loop.time()
                room = MAX_BLOCK_BYTES - _FRAME_ROOM
                self._decide(self._mempool.first(room, _EACH_IN_BLOCK))
            else:
                self._decide([])

    def _is_idle(self) -> bool:
        """True if nothing was decided for a while; a block that took long isn't idling."""
        return machine_time().total_nanos - self._idle_since > IDLE_SECONDS * _NANOS

    def _pause(self) -> float:
        """Seconds until an empty block: a root waits for the header that proves it, or a sign of
        life is due.
        """
        sign_of_life = max(self.empty_block_interval, BLOCK_INTERVAL_SECONDS)
        return BLOCK_INTERVAL_SECONDS if self._root_is_new else sign_of_life

    async def _wait_for_acts(self, until: float) -> None:
        """Until a transaction waits, or until a moment of the loop's clock."""
        self._wake.clear()
        if len(self._mempool):
            return
        try:
            async with asyncio.timeout_at(until):
                await self._wake.wait()
        except TimeoutError:
            return

    def _decide(self, offered: list[Waiting]) -> None:
        decided = self._engine.make_block([each.transaction for each in offered])
        self._decided_at = asyncio.get_running_loop().time()
        self._idle_since = machine_time().total_nanos
        self._publish(decided, offered)

    def _publish(self, decided: Decided, offered: list[Waiting]) -> None:
        self._root_is_new = decided.changed
        decided_hashes: dict[bytes, None] = {}
        for index, outcome in enumerate(decided.outcomes):
            assert outcome.act is not None, "the embedded engine decides no inadmissible act"
            decided_hashes[outcome.act.bytes_hash] = None
            waiting = self._mempool.remove(outcome.act.bytes_hash)
            if waiting is not None and waiting.listener is not None:
                waiting.listener.committed(decided.height, index, outcome.receipt_bytes)
        self._drop_hopeless(offered, decided_hashes)
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
