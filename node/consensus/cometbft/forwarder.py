"""Hands what was admitted here to CometBFT, whose mempool and gossip bring it into a block."""

import asyncio
from base64 import b64encode
from collections import deque
from typing import Final

from cfi.node.consensus.cometbft.rpc import Answer, Call, EngineRpc
from cfi.node.link import Kind
from cfi.node.memory import Memory
from cfi.node.mempool import Waiting
from cfi.node.reception import MEMPOOL_FULL

_MOST_IN_BATCH: Final = 500
_MOST_BYTES: Final = 4 * 1024 * 1024
_AGAIN_SECONDS: Final = 0.05
_KNOWN: Final = "already exists in cache"
_RECHECKING: Final = "rechecking"


def handing_in(transaction: bytes) -> Call:
    """The call that puts a transaction into CometBFT's mempool."""
    return Call("broadcast_tx_async", {"tx": b64encode(transaction).decode()})


def is_for_later(answer: Answer) -> bool:
    """True where the mempool looks through what it has, and takes nothing for a moment."""
    return _RECHECKING in answer.fault


class Forwarder:
    """In the order in which they were admitted, many at a time."""

    def __init__(self, rpc: EngineRpc, memory: Memory) -> None:
        self._rpc = rpc
        self._memory = memory
        self._queue: deque[Waiting] = deque()
        self._wake = asyncio.Event()

    def offer(self, admitted: list[Waiting]) -> None:
        """Transactions are to go to CometBFT."""
        self._queue.extend(admitted)
        self._wake.set()

    async def run(self) -> None:
        """Hand on what is offered."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                await self._hand_on(self._next_batch())

    def _next_batch(self) -> list[Waiting]:
        batch: list[Waiting] = []
        size = 0
        while self._queue and len(batch) < _MOST_IN_BATCH and size < _MOST_BYTES:
            batch.append(self._queue.popleft())
            size += len(batch[-1].transaction)
        return batch

    async def _hand_on(self, batch: list[Waiting]) -> None:
        calls = [handing_in(waiting.transaction) for waiting in batch]
        answers = await self._rpc.ask_until_answered(calls)
        again = [
            waiting
            for waiting, answer in zip(batch, answers, strict=True)
            if self._is_to_go_again(waiting, answer)
        ]
        if again:
            self._queue.extendleft(reversed(again))
            await asyncio.sleep(_AGAIN_SECONDS)

    def _is_to_go_again(self, waiting: Waiting, answer: Answer) -> bool:
        """A mempool that looks through what it has is full for a moment only; a full one isn't."""
        if not answer.fault or _KNOWN in answer.fault:
            return False
        if is_for_later(answer):
            return True
        self._memory.drop(waiting)
        if waiting.listener is not None:
            waiting.listener.tell_why(Kind.DROPPED, MEMPOOL_FULL, answer.fault)
        return False
