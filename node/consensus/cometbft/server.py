"""The socket on which CometBFT asks: four connections, many requests at once, answers in order."""

import asyncio
import logging
from collections import deque
from pathlib import Path
from typing import Final, Protocol

from typing_extensions import override

from cfi.node.consensus.cometbft.requests import MessageReader, Request, read_request
from cfi.node.consensus.cometbft.responses import exception
from cfi.node.service import free_socket, show_socket

_LOG: Final = logging.getLogger(__name__)


class Reply:
    """A request's place in its connection's order, until its answer is there."""

    __slots__ = ("_connection", "answer")

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self.answer: bytes | None = None

    def fill(self, answer: bytes) -> None:
        """Give the answer, a whole message; it goes out when those before it have."""
        self.answer = answer
        self._connection.answer()


class Answerer(Protocol):
    """Who answers the requests."""

    def take(self, request: Request, reply: Reply) -> None:
        """Answer now or later; what it raises ends the ledger."""


class Connection(asyncio.Protocol):
    """One of CometBFT's connections."""

    def __init__(self, server: "AbciServer") -> None:
        self._server = server
        self._reader = MessageReader()
        self._transport: asyncio.Transport | None = None
        self._replies: deque[Reply] = deque()
        self._flushing = False

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connections[self] = None

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """CometBFT is gone or begins anew; where it stands it asks by itself."""
        del exc
        self._transport = None
        self._server.connections.pop(self, None)

    @override
    def data_received(self, data: bytes) -> None:
        """Take requests as they come."""
        try:
            for message in self._reader.feed(data):
                request = read_request(message)
                reply = Reply(self)
                self._replies.append(reply)
                self._server.answerer.take(request, reply)
        except Exception as error:  # noqa: BLE001 - CometBFT must not go on, whatever it is
            self._server.fail(self, error)

    def answer(self) -> None:
        """Answers that are in turn go out together."""
        if not self._flushing and self._replies and self._replies[0].answer is not None:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def close(self, last: bytes) -> None:
        """Say a last thing and hang up."""
        if self._transport is not None:
            self._transport.write(last)
            self._transport.close()

    def _flush(self) -> None:
        self._flushing = False
        ready: list[bytes] = []
        while self._replies and (answer := self._replies[0].answer) is not None:
            self._replies.popleft()
            ready.append(answer)
        if self._transport is not None:
            self._transport.write(b"".join(ready))


class AbciServer:
    """Serves CometBFT until something is wrong that neither may survive."""

    def __init__(self, socket: Path, answerer: Answerer) -> None:
        self._socket = socket
        self.answerer = answerer
        self.connections: dict[Connection, None] = {}
        self._fatal: asyncio.Queue[Exception] = asyncio.Queue()

    async def run(self) -> None:
        """Serve; raises what ended it."""
        loop = asyncio.get_running_loop()
        bound = free_socket(self._socket)
        server = await loop.create_unix_server(lambda: Connection(self), bound)
        show_socket(self._socket)
        try:
            raise await self._fatal.get()
        finally:
            server.close()
            for connection in list(self.connections):
                connection.close(b"")
            free_socket(self._socket)

    def fail(self, connection: Connection, error: Exception) -> None:
        """End it all: CometBFT stops when it reads of an exception, and when its socket closes."""
        _LOG.critical("the engine can't be answered", extra={"error": type(error).__name__})
        connection.close(exception(str(error)))
        self._fatal.put_nowait(error)
