"""Signatures verified on other processors, ahead of the replay.

A pool that dies is never taken for a yes: what it owed is verified here.
"""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Final, Self

from cfi.contracts.wire import envelope, signatures

CHUNK: Final = 512
"""Transactions that travel together."""

Owed = tuple[Sequence[bytes], Future[list[bool]] | None]
"""A chunk of transactions, and who verifies it."""


def verdicts(transactions: Sequence[bytes]) -> list[bool]:
    """Whether each transaction's signature is good; one that has no frame has no good signature."""
    return [_is_good(each) for each in transactions]


def _is_good(transaction: bytes) -> bool:
    try:
        frame = envelope.open_frame(transaction)
    except envelope.MalformedTransactionError:
        return False
    return signatures.verify(frame.key, frame.signed, frame.signature)


class SignaturePool:
    """Verifies in so many processes; with none, in this one."""

    def __init__(self, workers: int) -> None:
        self._pool = (
            ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) if workers else None
        )

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

    def ask(self, transactions: Sequence[bytes]) -> list[Owed]:
        """Begin to verify a block's transactions."""
        chunks = (transactions[at : at + CHUNK] for at in range(0, len(transactions), CHUNK))
        return [(chunk, self._submit(chunk)) for chunk in chunks]

    def answer(self, owed: list[Owed]) -> list[bool]:
        """The verdicts that were asked for, in order."""
        return list(self._answers(owed))

    def _submit(self, chunk: Sequence[bytes]) -> Future[list[bool]] | None:
        if self._pool is None:
            return None
        try:
            return self._pool.submit(verdicts, chunk)
        except BrokenProcessPool:
            return None

    def _answers(self, owed: list[Owed]) -> Iterator[bool]:
        for chunk, future in owed:
            if future is None:
                yield from verdicts(chunk)
                continue
            try:
                yield from future.result()
            except BrokenProcessPool:
                yield from verdicts(chunk)
