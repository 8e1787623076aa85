"""Runs the gateway: what listens, what answers, an end in good order."""

import asyncio
import resource
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import web

from cfi.node.gateway.app import build
from cfi.node.gateway.connections import Deadlines
from cfi.node.gateway.desk import Desk
from cfi.node.gateway.link_client import LedgerLink
from cfi.node.gateway.listener import Listener
from cfi.node.gateway.names import Names

_LINGER_SECONDS: Final = 1.0
_SHUTDOWN_SECONDS: Final = 5.0
_OTHER_FILES: Final = 256
"""That the process opens besides connections: its log, the ledger's socket, modules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Where to listen, with which certificate, and under which names."""

    host: str = "127.0.0.1"
    port: int = 0
    certificate: Path | None = None
    key: Path | None = None
    names: Names = field(default_factory=Names)


class Server:
    """A gateway that listens."""

    def __init__(self, desk: Desk, listen: Listen) -> None:
        self.desk = desk
        self._listen = listen
        self._runner = web.AppRunner(
            build(desk),
            access_log=None,
            handle_signals=False,
            lingering_time=_LINGER_SECONDS,
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        self._listener: Listener | None = None

    async def start(self) -> int:
        """Begin to listen; returns the port. Raises OSError."""
        await self._runner.setup()
        protocols = self._runner.server
        assert protocols is not None, "the runner is set up"
        self._listener = Listener(protocols, self.desk.connections, _tls(self._listen))
        return await self._listener.listen(self._listen.host, self._listen.port)

    async def stop(self) -> None:
        """Stop listening, let requests end, hang up."""
        if self._listener is not None:
            await self._listener.close()
        await self._runner.cleanup()
        self.desk.link.close()


def open_files(wanted: int) -> int:
    """How many files the process may have open, once it has asked for as many as it wants."""
    allowed, greatest = resource.getrlimit(resource.RLIMIT_NOFILE)
    if greatest != resource.RLIM_INFINITY:
        wanted = min(wanted, greatest)
    if allowed == resource.RLIM_INFINITY or allowed >= wanted:
        return wanted
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, greatest))
    return wanted


async def serve(socket: Path, listen: Listen, stop: asyncio.Event) -> None:
    """Serve one ledger until asked to stop; raises OSError where it can't listen."""
    usual = Deadlines()
    deadlines = usual.within(open_files(usual.connections + _OTHER_FILES) - _OTHER_FILES)
    server = Server(Desk(LedgerLink(socket), names=listen.names, deadlines=deadlines), listen)
    try:
        await server.start()
        await stop.wait()
    finally:
        await server.stop()


def _tls(listen: Listen) -> ssl.SSLContext | None:
    if listen.certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(listen.certificate, listen.key)
    return context
