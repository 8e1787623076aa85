"""The gateway's end of the ledger's socket: questions and submissions, each with a deadline."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cbor2
from typing_extensions import override

from cfi.node.link import FrameError, FrameReader, Kind, frame

ANSWER_SECONDS: Final = 5.0
MOST_PENDING: Final = 100_000
"""More than the ledger lets wait, so that its own bound is met first."""
_GREATEST_TAG: Final = 2**32 - 1


class LedgerUnreachableError(Exception):
    """The ledger process is not there, or doesn't answer in time."""


class LedgerFaultError(Exception):
    """The ledger can't answer the question; the name says why, for good."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.name = name


class NotTakenError(Exception):
    """The ledger didn't take a transaction, or dropped it; the name says why, for good."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.name = name


@dataclass(frozen=True, slots=True)
class Committed:
    """Where a transaction stands in the history, and what became of it."""

    height: int
    index: int
    receipt: bytes


class Submission:
    """A transaction on its way: admitted at first, later committed or dropped."""

    __slots__ = ("admitted", "committed")

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.admitted: asyncio.Future[bytes] = loop.create_future()
        self.committed: asyncio.Future[Committed] = loop.create_future()

    def fail(self, error: Exception) -> None:
        """Whatever is still awaited raises this."""
        for future in (self.admitted, self.committed):
            if not future.done():
                future.set_exception(error)
                # Nobody has to wait for the commit; an error that nobody reads is no warning.
                future.exception()

    def admit(self, receipt: bytes) -> None:
        """The ledger has signed that it took it."""
        if not self.admitted.done():
            self.admitted.set_result(receipt)

    def commit(self, committed: Committed) -> None:
        """A block has it."""
        if not self.committed.done():
            self.committed.set_result(committed)


Pending = Submission | asyncio.Future[Any]


class _Peer(asyncio.Protocol):
    """One connection: frames go to whoever asked."""

    def __init__(self) -> None:
        self._reader = FrameReader()
        self._transport: asyncio.Transport | None = None
        self.pending: dict[int, Pending] = {}

    @property
    def open(self) -> bool:
        """Whether the socket still stands."""
        return self._transport is not None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way there."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Everything asked here goes unanswered."""
        del exc
        self._transport = None
        for each in self.pending.values():
            _fail(each, LedgerUnreachableError("the ledger closed its socket"))
        self.pending.clear()

    @override
    def data_received(self, data: bytes) -> None:
        """Hand out the answers."""
        try:
            for kind, tag, content in self._reader.feed(data):
                self._take(kind, tag, content)
        except (FrameError, cbor2.CBORDecodeError, ValueError):
            self.close()

    def send(self, kind: Kind, tag: int, content: bytes) -> None:
        """Write a frame."""
        if self._transport is None:
            raise LedgerUnreachableError("the ledger closed its socket")
        self._transport.write(frame(kind, tag, content))

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def _take(self, kind: int, tag: int, content: bytes) -> None:
        asked = self.pending.get(tag)
        if kind == Kind.ADMITTED and isinstance(asked, Submission):
            asked.admit(content)
            return
        self.pending.pop(tag, None)
        if isinstance(asked, Submission):
            _settle(asked, kind, content)
        elif asked is not None and not asked.done():
            if kind == Kind.RESULT:
                asked.set_result(cbor2.loads(content))
            else:
                name, detail = cbor2.loads(content)
                asked.set_exception(LedgerFaultError(name, detail))


class LedgerLink:
    """Asks the ledger; connects when it is first needed, and again when the socket was lost."""

    def __init__(self, socket: Path, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._socket = socket
        self._answer_seconds = answer_seconds
        self._peer: _Peer | None = None
        self._connecting = asyncio.Lock()
        self._tag = 0

    async def ask(self, path: str, parameters: Mapping[str, object] | None = None) -> Any:
        """The answer to a question; raises LedgerFaultError, LedgerUnreachableError."""
        peer, tag = await self._connected(), self._next_tag()
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        peer.pending[tag] = answer
        try:
            peer.send(Kind.ASK, tag, cbor2.dumps([path, dict(parameters or {})]))
            return await asyncio.wait_for(answer, self._answer_seconds)
        except TimeoutError as error:
            raise LedgerUnreachableError("the ledger doesn't answer in time") from error
        finally:
            peer.pending.pop(tag, None)

    async def submit(self, transaction: bytes) -> tuple[bytes, Submission]:
        """Hand a transaction in; returns the admission receipt, and what to await its commit on.

        Raises NotTakenError, LedgerUnreachableError.
        """
        peer, tag = await self._connected(), self._next_tag()
        submission = Submission()
        peer.pending[tag] = submission
        try:
            peer.send(Kind.SUBMIT, tag, transaction)
            receipt = await asyncio.wait_for(submission.admitted, self._answer_seconds)
        except TimeoutError as error:
            peer.pending.pop(tag, None)
            raise LedgerUnreachableError("the ledger doesn't answer in time") from error
        return receipt, submission

    def close(self) -> None:
        """Hang up."""
        if self._peer is not None:
            self._peer.close()

    async def _connected(self) -> _Peer:
        async with self._connecting:
            peer = self._peer
            if peer is None or not peer.open:
                loop = asyncio.get_running_loop()
                try:
                    made = await asyncio.wait_for(
                        loop.create_unix_connection(_Peer, str(self._socket)), self._answer_seconds
                    )
                except (OSError, TimeoutError) as error:
                    raise LedgerUnreachableError("the ledger's socket isn't there") from error
                peer = self._peer = made[1]
        if len(peer.pending) >= MOST_PENDING:
            raise LedgerUnreachableError("too much is waiting for the ledger's answer")
        return peer

    def _next_tag(self) -> int:
        self._tag = self._tag % _GREATEST_TAG + 1
        return self._tag


def _fail(pending: Pending, error: Exception) -> None:
    if isinstance(pending, Submission):
        pending.fail(error)
    elif not pending.done():
        pending.set_exception(error)


def _settle(submission: Submission, kind: int, content: bytes) -> None:
    if kind == Kind.COMMITTED:
        submission.commit(Committed(*cbor2.loads(content)))
    else:
        submission.fail(NotTakenError(*cbor2.loads(content)))
