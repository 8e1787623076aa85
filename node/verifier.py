"""The verifier: a process of its own that checks signatures in batches, on the second core.

It knows nothing but the bytes: a batch is a count and each transaction with its length; the answer
is one byte each, 1 where the
signature is good. If it dies, the ledger verifies by itself: no answer never means yes.
"""

import asyncio
import logging
import os
import signal
import sys
from typing import BinaryIO, Final

from cfi.contracts.wire import signatures
from cfi.contracts.wire.envelope import MalformedTransactionError, open_frame

_LOG: Final = logging.getLogger(__name__)
MOST_IN_BATCH: Final = 512
MOST_BATCH_BYTES: Final = 150_000
_NUMBER: Final = 4


def is_signed(transaction: bytes) -> bool:
    """True if the bytes are a transaction whose signature is good by the strict rule."""
    try:
        opened = open_frame(transaction)
    except MalformedTransactionError:
        return False
    return signatures.verify(opened.key, opened.signed, opened.signature)


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
        batch = decode_batch(questions.read(int.from_bytes(head, "big")))
        answers.write(bytes(is_signed(transaction) for transaction in batch))
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

    async def verify(self, transactions: list[bytes]) -> bytes:
        """One byte for each transaction, 1 where its signature is good."""
        async with self._lock:
            if self.alive:
                try:
                    return await self._ask(transactions)
                except (OSError, asyncio.IncompleteReadError) as error:
                    _LOG.warning(
                        "the verifier is gone; verifying inline",
                        extra={"error": type(error).__name__},
                    )
                    await self.stop()
        return bytes(is_signed(transaction) for transaction in transactions)

    async def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def _ask(self, transactions: list[bytes]) -> bytes:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        process.stdin.write(encode_batch(transactions))
        await process.stdin.drain()
        return await process.stdout.readexactly(len(transactions))


def main() -> None:
    """Run as the verifier process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(os.fdopen(0, "rb"), os.fdopen(1, "wb"))


if __name__ == "__main__":
    main()
