"""The verifier: a process of its own that reads transactions and checks their signatures in
batches, on the second core.

It knows nothing but the bytes: a batch is each transaction with its length. If
it dies or talks nonsense, the ledger does the same by itself: no answer never means yes.
"""

import asyncio
import logging
import os
import signal
import sys
from typing import BinaryIO, Final

from cfi.contracts.transition.examined import Examined, NoAnswerError, answer_to, read_answer

_LOG: Final = logging.getLogger(__name__)
MOST_IN_BATCH: Final = 512
MOST_BATCH_BYTES: Final = 150_000
_NUMBER: Final = 4


def encode_batch(transactions: list[bytes]) -> bytes:
    """A batch's bytes: all that follows in 4 bytes, then each transaction with its length."""
    parts = []
    for transaction in transactions:
        parts.append(len(transaction).to_bytes(_NUMBER, "big"))
        parts.append(transaction)
    content = b"".join(parts)
    return len(content).to_bytes(_NUMBER, "big") + content


def decode_batch(content: bytes) -> list[bytes]:
    """The transactions of a batch."""
    transactions = []
    at = 0
    while at < len(content):
        length = int.from_bytes(content[at : at + _NUMBER], "big")
        at += _NUMBER
        transactions.append(content[at : at + length])
        at += length
    return transactions


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer batches until the pipe closes."""
    while True:
        head = questions.read(_NUMBER)
        if len(head) < _NUMBER:
            return
        answer = answer_to(decode_batch(questions.read(int.from_bytes(head, "big"))))
        answers.write(len(answer).to_bytes(_NUMBER, "big") + answer)
        answers.flush()


class Verifier:
    """The ledger's side: batches go out over a pipe, answers come back in order."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()

    async def start(self) -> None:
        """Start the process."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "cfi.node.verifier",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )

    @property
    def alive(self) -> bool:
        """True while the process answers."""
        return self._process is not None and self._process.returncode is None

    async def examine(self, transactions: list[bytes]) -> list[Examined]:
        """What is to be known of each transaction."""
        async with self._lock:
            if self.alive:
                try:
                    return await self._ask(transactions)
                except (OSError, asyncio.IncompleteReadError, NoAnswerError) as error:
                    _LOG.warning(
                        "the verifier is gone; verifying inline",
                        extra={"error": type(error).__name__},
                    )
                    await self.stop()
        return read_answer(answer_to(transactions), len(transactions))

    async def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def _ask(self, transactions: list[bytes]) -> list[Examined]:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        process.stdin.write(encode_batch(transactions))
        await process.stdin.drain()
        head = await process.stdout.readexactly(_NUMBER)
        answer = await process.stdout.readexactly(int.from_bytes(head, "big"))
        return read_answer(answer, len(transactions))


def main() -> None:
    """Run as the verifier process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(os.fdopen(0, "rb"), os.fdopen(1, "wb"))


if __name__ == "__main__":
    main()
