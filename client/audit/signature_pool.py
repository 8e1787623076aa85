"""Transactions read, and their signatures verified, on other processors, ahead of the replay.

A pool that dies is never taken for a yes: what it owed is done here.
"""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Final, Self

from cfi.contracts.transition.examined import Examined, answer_to, read_answer

CHUNK: Final = 512
"""Transactions that travel together."""

Owed = tuple[list[bytes], Future[bytes] | None]
"""A chunk of transactions, and who examines it."""


class SignaturePool:
    """Examines in so many processes; with none, in this one."""

    def __init__(self, workers: int) -> None:
        self._pool = (
            ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) if workers else None
        )
        self._started = self._submit([])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def wait_until_started(self) -> None:
        """Until its processes examine; they start by themselves, and nobody else need wait."""
        _answer([], self._started)

    def ask(self, transactions: Sequence[bytes]) -> list[Owed]:
        """Begin to examine a block's transactions."""
        chunks = (list(transactions[at : at + CHUNK]) for at in range(0, len(transactions), CHUNK))
        return [(chunk, self._submit(chunk)) for chunk in chunks]

    def answer(self, owed: list[Owed]) -> list[Examined]:
        """What is to be known of each transaction that was asked for, in order."""
        return list(self._answers(owed))

    def _submit(self, chunk: list[bytes]) -> Future[bytes] | None:
        if self._pool is None:
            return None
        try:
            return self._pool.submit(answer_to, chunk)
        except BrokenProcessPool:
            return None

    def _answers(self, owed: list[Owed]) -> Iterator[Examined]:
        for chunk, future in owed:
            yield from read_answer(_answer_at_once(chunk, future), len(chunk))


def _answer_at_once(chunk: list[bytes], future: Future[bytes] | None) -> bytes:
    """The answer of who examines a chunk; what nobody has begun is examined here."""
    if future is None or future.cancel():
        return answer_to(chunk)
    return _answer(chunk, future)


def _answer(chunk: list[bytes], future: Future[bytes] | None) -> bytes:
    if future is None:
        return answer_to(chunk)
    try:
        return future.result()
    except BrokenProcessPool:
        return answer_to(chunk)
