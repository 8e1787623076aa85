"""The verifier: a process of its own that reads transactions and checks their signatures in
batches, on the second core.

It knows nothing but the bytes: a batch is each transaction with its length; the answer is CBOR, for
each transaction the parts of its act, or why it is inadmissible. If it dies or talks nonsense, the
ledger does the same by itself: no answer never means yes.
"""

import asyncio
import logging
import os
import signal
import sys
from typing import Any, BinaryIO, Final, TypeAlias

import cbor2

from cfi.contracts.transition.act import (
    Act,
    Inadmissible,
    InadmissibleError,
    act_of,
    read_verified_act,
    read_verified_parts,
)

_LOG: Final = logging.getLogger(__name__)
MOST_IN_BATCH: Final = 512
MOST_BATCH_BYTES: Final = 150_000
_NUMBER: Final = 4
_REASON_AND_DETAIL: Final = 2

Examined: TypeAlias = list[Any]
"""What is to be known of a transaction's bytes: the parts of its act; or the number of the reason
why it is inadmissible, and a detail; or nothing, where reading it raised an error.
"""


def examine(transaction: bytes) -> Examined:
    """Read a transaction and verify its signature; raises nothing, whatever the bytes are."""
    try:
        return read_verified_parts(transaction)
    except InadmissibleError as error:
        return [error.reason.value, error.detail]
    except Exception:  # noqa: BLE001 - who takes the transaction raises it again, and keeps it
        return []


def act_from(transaction: bytes, examined: Examined) -> Act:
    """The act of a transaction that was examined; raises InadmissibleError, or what reading it
    raises.
    """
    if not examined:
        return read_verified_act(transaction)
    if len(examined) == _REASON_AND_DETAIL:
        reason, detail = examined
        raise InadmissibleError(Inadmissible(reason), detail)
    return act_of(examined)


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


def answer_to(transactions: list[bytes]) -> bytes:
    """The bytes of what is to be known of each transaction of a batch."""
    return cbor2.dumps([examine(transaction) for transaction in transactions])


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
                except (OSError, asyncio.IncompleteReadError, cbor2.CBORDecodeError) as error:
                    _LOG.warning(
                        "the verifier is gone; verifying inline",
                        extra={"error": type(error).__name__},
                    )
                    await self.stop()
        return _told(answer_to(transactions), len(transactions))

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
        return _told(answer, len(transactions))


def _told(answer: bytes, count: int) -> list[Examined]:
    examined: list[Examined] = cbor2.loads(answer)
    if type(examined) is not list or len(examined) != count:
        raise cbor2.CBORDecodeError("not an answer to each transaction")
    return examined


def main() -> None:
    """Run as the verifier process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(os.fdopen(0, "rb"), os.fdopen(1, "wb"))


if __name__ == "__main__":
    main()
