"""Keeps the verifier's pipe full while blocks are made: a thread of its own that only waits, cuts
batches, and hands verdicts back to the ledger's loop.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from cfi.contracts.transition.examined import Examined
from cfi.node.verifier import MOST_BATCH_BYTES, MOST_IN_BATCH, Verifier


class Submission(Protocol):
    """What waits for its verdict."""

    @property
    def transaction(self) -> bytes:
        """The bytes to verify."""


S = TypeVar("S", bound=Submission)


class Verification(Generic[S]):
    """Takes submissions from the loop; `deliver` gets each batch and what is known of each, on the
    loop.
    """

    def __init__(
        self, room: int, room_bytes: int, deliver: Callable[[list[S], list[Examined]], None]
    ) -> None:
        """At most `room` submissions and `room_bytes` of them wait."""
        self._waiting: queue.Queue[S | None] = queue.Queue(room)
        self._room_bytes = room_bytes
        self._bytes_in = 0
        """All ever taken in: only the loop counts here."""
        self._bytes_out = 0
        """All ever cut into batches: only the thread counts here."""
        self._deliver = deliver
        self._thread: threading.Thread | None = None

    def start(self) -> "asyncio.Future[None]":
        """Begin; the future ends when the thread does, with what ended it."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()
        self._thread = threading.Thread(target=self._run, args=(loop, ended), daemon=True)
        self._thread.start()
        return ended

    def put(self, submission: S) -> bool:
        """Take one in; False if there is no room."""
        size = len(submission.transaction)
        if self._bytes_in - self._bytes_out + size > self._room_bytes:
            return False
        try:
            self._waiting.put_nowait(submission)
        except queue.Full:
            return False
        self._bytes_in += size
        return True

    async def stop(self) -> None:
        """End the thread and the verifier's process."""
        if self._thread is not None:
            await asyncio.to_thread(self._waiting.put, None)
            await asyncio.to_thread(self._thread.join)

    def _run(self, loop: asyncio.AbstractEventLoop, ended: "asyncio.Future[None]") -> None:
        try:
            with asyncio.Runner() as runner:
                self._verify_all(runner, loop)
        except BaseException as error:
            loop.call_soon_threadsafe(_fail, ended, error)
            raise
        loop.call_soon_threadsafe(_finish, ended)

    def _verify_all(self, runner: asyncio.Runner, loop: asyncio.AbstractEventLoop) -> None:
        verifier = Verifier()
        runner.run(verifier.start())
        try:
            while True:
                batch, last = self._next_batch()
                if batch:
                    transactions = [each.transaction for each in batch]
                    examined = runner.run(verifier.examine(transactions))
                    loop.call_soon_threadsafe(self._deliver, batch, examined)
                if last:
                    return
        finally:
            runner.run(verifier.stop())

    def _next_batch(self) -> tuple[list[S], bool]:
        """What waits, as much as a batch holds; and whether nothing follows."""
        batch: list[S] = []
        size = 0
        while len(batch) < MOST_IN_BATCH and size < MOST_BATCH_BYTES:
            try:
                each = self._waiting.get(block=not batch)
            except queue.Empty:
                return batch, False
            if each is None:
                return batch, True
            batch.append(each)
            size += len(each.transaction)
            self._bytes_out += len(each.transaction)
        return batch, False


def _fail(ended: "asyncio.Future[None]", error: BaseException) -> None:
    if not ended.done():
        ended.set_exception(error)


def _finish(ended: "asyncio.Future[None]") -> None:
    if not ended.done():
        ended.set_result(None)
