"""Listening sockets, and what comes in at them: counted from the first byte, TLS' handshake too."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any, Final

from cfi.node.gateway.connections import Connections, group_of
from cfi.node.gateway.guard import Guard

_LOG: Final = logging.getLogger(__name__)
_BACKLOG: Final = 1_024
_AT_ONCE: Final = 64
"""Connections that are accepted before others have their turn."""
_AGAIN_SECONDS: Final = 1.0


class Listener:
    """Accepts connections, and stands a guard before each one's protocol."""

    def __init__(
        self,
        protocols: Callable[[], Any],
        connections: Connections,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._protocols = protocols
        self._connections = connections
        self._tls = tls
        self._sockets = ExitStack()
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, host: str, port: int) -> int:
        """Begin, at each address of the host; returns the port. Raises OSError."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        with ExitStack() as opened:
            sockets = [
                opened.enter_context(socket.create_server(address, family=family, backlog=_BACKLOG))
                for family, _, _, _, address in dict.fromkeys(found)
            ]
            self._sockets = opened.pop_all()
        for each in sockets:
            each.setblocking(False)
            self._begin(self._accept(each))
        return int(sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take no more; what is connected stays."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._sockets.close()

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                for _ in range(_AT_ONCE):
                    accepted, peer = await loop.sock_accept(listening)
                    self._begin(self._welcome(accepted, group_of(str(peer[0]))))
                await asyncio.sleep(0)
            except OSError as error:
                _LOG.warning("a connection can't be accepted", extra={"error": str(error)})
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _welcome(self, accepted: socket.socket, address: str) -> None:
        task = asyncio.current_task()
        assert task is not None, "this is one"
        guard = Guard(self._protocols(), self._connections, address, task.cancel)
        self._connections.take(guard)
        seconds = None if self._tls is None else self._connections.limits.head
        try:
            # Whose handshake fails or takes too long is gone.
            with suppress(OSError):
                await asyncio.get_running_loop().connect_accepted_socket(
                    lambda: guard,
                    accepted,
                    ssl=self._tls,
                    ssl_handshake_timeout=seconds,
                    ssl_shutdown_timeout=seconds,
                )
        finally:
            if not guard.connected:
                self._connections.release(guard)
