"""A ledger's service on its socket, and peers that talk to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cbor2

from cfi.node.link import FrameReader, Kind, frame
from tests.node.gateway.running import Parts, ledger_parts, run


@dataclass(slots=True)
class Peer:
    """One connection to the socket."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    frames: FrameReader = field(default_factory=FrameReader)
    waiting: list[tuple[int, int, bytes]] = field(default_factory=list)

    def send(self, *frames: tuple[Kind, int, bytes]) -> None:
        """Send frames in one piece."""
        self.writer.write(b"".join(frame(*each) for each in frames))

    async def next(self) -> tuple[Kind, int, Any]:
        """The next frame, its content decoded."""
        while not self.waiting:
            data = await self.reader.read(1 << 16)
            if not data:
                raise EOFError
            self.waiting.extend(self.frames.feed(data))
        kind, tag, content = self.waiting.pop(0)
        return Kind(kind), tag, cbor2.loads(content)

    async def several(self, count: int) -> dict[tuple[Kind, int], Any]:
        """The next frames by kind and tag."""
        told = [await self.next() for _ in range(count)]
        return {(kind, tag): content for kind, tag, content in told}

    async def submit(self, transaction: bytes) -> tuple[Kind, Any]:
        """What is first said of a transaction."""
        self.send((Kind.SUBMIT, 1, transaction))
        kind, _, content = await self.next()
        return kind, content

    async def ask(self, path: str, **parameters: object) -> tuple[Kind, Any]:
        """The answer to a question."""
        self.send((Kind.ASK, 7, cbor2.dumps([path, parameters])))
        kind, tag, content = await self.next()
        assert tag == 7
        return kind, content


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Parts]:
    """A ledger's service on its socket until the end of the block."""
    parts = ledger_parts(folder)
    parts.socket.parent.mkdir()
    stop = asyncio.Event()
    task = asyncio.create_task(parts.service.run(parts.socket, stop))
    while not parts.socket.exists():
        await asyncio.sleep(0.01)
    try:
        yield parts
    finally:
        stop.set()
        await task
        parts.close()


async def connected(parts: Parts) -> Peer:
    """A new connection."""
    return Peer(*await asyncio.open_unix_connection(str(parts.socket)))


def with_peer(folder: Path, work: Callable[[Parts, Peer], Awaitable[None]]) -> None:
    """Run a test's work with a connection to a ledger, within bounds."""

    async def inside() -> None:
        async with serving(folder) as parts:
            peer = await connected(parts)
            try:
                await work(parts, peer)
            finally:
                peer.writer.close()

    run(inside())
