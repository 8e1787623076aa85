"""Deadlines and bounds on connections, which the server beneath doesn't set.

A connection that sends no whole head of a request in time is closed, and so is one that doesn't
read its answer. There are bounds on connections in all and of one address.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from ipaddress import IPv6Address, IPv6Network
from typing import Any

from typing_extensions import override


def group_of(address: str) -> str:
    """Whom a peer's address stands for: itself, or its IPv6 network of 64 bits, for who has one
    address there has all.
    """
    plain = address.partition("%")[0]
    if ":" not in plain:
        return plain
    mapped = IPv6Address(plain).ipv4_mapped
    return str(IPv6Network((plain, 64), strict=False)) if mapped is None else str(mapped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds that a peer may take, and how many connections there may be."""

    head: float = 10.0
    """For a request's head, and between requests."""
    body: float = 10.0
    writing: float = 20.0
    """That an answer may wait for its reader."""
    connections: int = 4_000
    of_address: int = 1_200


@dataclass(slots=True)
class Connections:
    """The connections that stand, by address."""

    limits: Deadlines
    by_address: Counter[str] = field(default_factory=Counter)
    total: int = 0
    closed_late: int = 0
    """Closed because a deadline passed."""
    turned_away: int = 0

    def take(self, address: str) -> bool:
        """Count one in; False if there is no room for it."""
        full = self.total >= self.limits.connections
        if full or self.by_address[address] >= self.limits.of_address:
            self.turned_away += 1
            return False
        self.total += 1
        self.by_address[address] += 1
        return True

    def release(self, address: str) -> None:
        """One is gone."""
        self.total -= 1
        self.by_address[address] -= 1
        if not self.by_address[address]:
            del self.by_address[address]


class Guard(asyncio.Protocol):
    """Stands between a socket and the server's own protocol, and watches the clock."""

    def __init__(self, inner: Any, connections: Connections) -> None:
        self._inner = inner
        self._connections = connections
        self._transport: asyncio.Transport | None = None
        self._address: str | None = None
        self._waiting: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in, or hang up at once."""
        assert isinstance(transport, asyncio.Transport)
        address = group_of(address_of(transport))
        if not self._connections.take(address):
            transport.abort()
            return
        self._transport, self._address = transport, address
        self._inner.connection_made(transport)
        self.request_ended()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self.request_begun()
        self._stop_writing_clock()
        if self._address is not None:
            self._connections.release(self._address)
            self._address = None
            self._inner.connection_lost(exc)
        self._transport = None

    @override
    def data_received(self, data: bytes) -> None:
        """Pass on."""
        if self._address is not None:
            self._inner.data_received(data)

    @override
    def eof_received(self) -> bool | None:
        """Pass on."""
        return None if self._address is None else self._inner.eof_received()

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


def address_of(transport: asyncio.BaseTransport) -> str:
    """The peer's address, without its port."""
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if isinstance(peer, tuple) and peer else "local"


def guard_of(transport: asyncio.BaseTransport | None) -> Guard | None:
    """The guard of a connection."""
    protocol = None if transport is None else transport.get_protocol()
    return protocol if isinstance(protocol, Guard) else None
