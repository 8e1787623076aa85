"""Transfers a second handed in over HTTP, through a gateway process, until the synced commit.

The load comes from many loopback addresses, so that the gateway's quotas are in force and not what
is measured. The baseline is the same transfers, over the ledger's own socket.
"""

import asyncio
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from typing_extensions import override

from cfi.node.bench.measurement import Measurement, compared
from cfi.node.bench.transfers import load, running_ledger, transfers_of
from cfi.node.bench.world import Sizes
from cfi.node.demo.ports import free_port

_ADDRESSES: Final = 64
_CONNECTIONS_OF_ADDRESS: Final = 16
_SHARE_OF_SOCKET: Final = 0.25
"""As the gateway takes fewer a second than the socket does, it gets fewer."""
_PATIENCE_SECONDS: Final = 600.0
_HEAD_END: Final = b"\r\n\r\n"


def measure(accounts: int, lots: int, seconds: float) -> list[Measurement]:
    """Transfers a second over HTTP against the same over the ledger's socket, in one run."""
    sizes = Sizes(accounts, lots)
    signed = transfers_of(sizes, seconds * _SHARE_OF_SOCKET)
    with tempfile.TemporaryDirectory() as folder:
        by_socket = load(Path(folder), sizes, signed)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_ledger(Path(folder), sizes),
        _gateway(Path(folder) / "ledger.sock") as port,
    ):
        rate = asyncio.run(asyncio.wait_for(_load(port, signed), _PATIENCE_SECONDS))
    conditions: dict[str, str | int] = {
        "accounts": accounts,
        "lots": lots,
        "transfers": len(signed),
        "connections": _ADDRESSES * _CONNECTIONS_OF_ADDRESS,
        "python": sys.version.split()[0],
    }
    baseline = ("transfers a second over the ledger's socket", by_socket)
    return [compared("http", rate, "1/s", baseline, conditions)]


@contextmanager
def _gateway(ledger_socket: Path) -> Iterator[int]:
    port = free_port("127.0.0.1")
    where = ["--socket", str(ledger_socket), "--listen", f"127.0.0.1:{port}"]
    with subprocess.Popen([sys.executable, "-m", "cfi.node.gateway", *where]) as gateway:
        try:
            _wait_until_open(port)
            yield port
        finally:
            gateway.terminate()


def _wait_until_open(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the gateway doesn't listen")


class _Submitter(asyncio.Protocol):
    """One connection: a transfer, its answer, the next, until there are none."""

    def __init__(self, waiting: Iterator[bytes]) -> None:
        self._waiting = waiting
        self._answer = b""
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send_next()

    @override
    def data_received(self, data: bytes) -> None:
        """Take an answer: the block has the transfer."""
        self._answer += data
        head, end, body = self._answer.partition(_HEAD_END)
        if not end or len(body) < _body_length(head):
            return
        if not head.startswith(b"HTTP/1.1 200 "):
            self._fail(f"a transfer was not taken: {self._answer!r}")
            return
        self._answer = b""
        self._send_next()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more comes."""
        self._fail(f"the gateway hung up: {exc}")

    def _send_next(self) -> None:
        transaction = next(self._waiting, None)
        assert self._transport is not None, "the connection stands"
        if transaction is None:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        head = (
            "POST /v1/transactions?wait=1 HTTP/1.1\r\nHost: bench\r\n"
            f"Content-Length: {len(transaction)}\r\n\r\n"
        )
        self._transport.write(head.encode() + transaction)

    def _fail(self, reason: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(reason))


def _body_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RuntimeError("an answer without a length")


async def _load(port: int, signed: list[bytes]) -> float:
    loop, waiting = asyncio.get_running_loop(), iter(signed)
    begun = time.perf_counter()
    connections = []
    for number in range(_ADDRESSES * _CONNECTIONS_OF_ADDRESS):
        source = f"127.0.1.{number % _ADDRESSES + 1}"
        _, submitter = await loop.create_connection(
            lambda: _Submitter(waiting), "127.0.0.1", port, local_addr=(source, 0)
        )
        connections.append(submitter.done)
    await asyncio.gather(*connections)
    return len(signed) / (time.perf_counter() - begun)
