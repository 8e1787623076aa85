"""Deadlines on a connection, which the server beneath doesn't set.

One that sends no whole head of a request in time is closed, and so is one that doesn't read its
answer.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from typing_extensions import override

from cfi.node.gateway.connections import Connections


class Guard(asyncio.Protocol):
    """Stands between a socket and the server's own protocol, and watches the clock."""

    def __init__(
        self, inner: Any, connections: Connections, address: str, give_up: Callable[[], object]
    ) -> None:
        """Of a socket that was accepted; `give_up` ends what makes a connection of it."""
        self.address = address
        self.connected = False
        """Whether it ever was."""
        self._inner = inner
        self._connections = connections
        self._give_up = give_up
        self._over = False
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None

    @property
    def waits(self) -> bool:
        """Whether a request is awaited, or TLS' handshake."""
        return self._waiting is not None or not self.connected

    def hang_up(self) -> None:
        """End it at once."""
        self._over = True
        if self._transport is not None:
            self._transport.abort()
        elif not self.connected:
            self._give_up()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Requests may come, unless it was hung up on before."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self.connected = transport, True
        self._inner.connection_made(transport)
        self.request_ended()
        if self._over:
            transport.abort()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self.request_begun()
        self._stop_writing_clock()
        self._transport = None
        self._connections.release(self)
        self._inner.connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        """Pass on."""
        self._inner.data_received(data)

    @override
    def eof_received(self) -> bool | None:
        """Pass on."""
        told: bool | None = self._inner.eof_received()
        return told

    @override
    def pause_writing(self) -> None:
        """The peer doesn't read: it has some time."""
        self._inner.pause_writing()
        self._writing = self._later(self._connections.limits.writing)

    @override
    def resume_writing(self) -> None:
        """The peer reads again."""
        self._stop_writing_clock()
        self._inner.resume_writing()

    def request_begun(self) -> None:
        """A whole head has come."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def request_ended(self) -> None:
        """The next head is awaited."""
        self.request_begun()
        if self._transport is not None:
            self._waiting = self._later(self._connections.limits.head)
            self._connections.rested(self)

    def _later(self, seconds: float) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, self._too_late)

    def _too_late(self) -> None:
        if self._transport is not None:
            self._connections.closed_late += 1
            self._transport.abort()

    def _stop_writing_clock(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None


def guard_of(transport: asyncio.BaseTransport | None) -> Guard | None:
    """The guard of a connection."""
    protocol = None if transport is None else transport.get_protocol()
    return protocol if isinstance(protocol, Guard) else None
