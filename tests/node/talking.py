"""A ledger's service on its socket, and peers that talk to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import cbor2

from cfi.contracts.state.changes import put
from cfi.contracts.state.durable import Batch
from cfi.contracts.state.rows.access import KEYS, UserKey
from cfi.contracts.state.store import State
from cfi.contracts.state.validator_sets import founding
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import PublicKey
from cfi.contracts.wire.signatures import public_key_of
from cfi.contracts.wire.text import UserId
from cfi.node.admission import AdmissionBook
from cfi.node.application import Application
from cfi.node.assembly import embedded_service
from cfi.node.clock import machine_time
from cfi.node.consensus.embedded import EmbeddedEngine
from cfi.node.consensus.maker import BlockMaker
from cfi.node.link import FrameReader, Kind, frame
from cfi.node.mempool import Mempool
from cfi.node.service import Service
from cfi.node.snapshot_maker import SnapshotMaker
from cfi.node.storage.snapshots import SnapshotFolder
from tests.contracts.ledger import EXCHANGE, NOW, Ledger
from tests.node.chain import (
    CHAIN_ID,
    COMPANY,
    TERMS,
    TONNES,
    USER_SEED,
    VALIDATOR,
    Chain,
    open_chain,
)

OTHER: Final = "company-b"
OTHER_SEED: Final = sha256(b"company-b's key").digest()
ADMISSION_SEED: Final = sha256(b"the node's admission key").digest()
MOST_SECONDS: Final = 30.0
"""No test on a socket takes longer."""


@dataclass(slots=True)
class Parts:
    """What a ledger process is made of."""

    chain: Chain
    service: Service
    socket: Path

    @property
    def engine(self) -> EmbeddedEngine:
        """What decides its blocks."""
        return self.chain.engine

    @property
    def application(self) -> Application:
        """Its state."""
        return self.chain.application

    @property
    def mempool(self) -> Mempool:
        """What waits for a block."""
        return self.service._reception.mempool

    @property
    def maker(self) -> BlockMaker:
        """When its blocks are made."""
        (maker,) = [each for each in self.service._duties if isinstance(each, BlockMaker)]
        return maker

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait, by its blocks, until something holds."""
        peer = await connected(self)
        peer.send((Kind.FOLLOW, 0, b""))
        await peer.next()
        while not holds():
            await peer.next()
        peer.writer.close()


def founded() -> tuple[State, Batch]:
    """Two companies with keys, three accounts each, and some allowances."""
    ledger = Ledger()
    for company, seed in ((COMPANY, USER_SEED), (OTHER, OTHER_SEED)):
        ledger.given_holder(company)
        ledger.given_account(company)
        key = UserKey(
            key=PublicKey(public_key_of(seed)),
            user_id=UserId(f"{company}-user"),
            valid_from=Instant(NOW),
            valid_to=None,
            revoked=False,
        )
        ledger.given(put(KEYS, company, key))
        ledger.given_lot(f"{company}/1", TONNES)
    ledger.given(founding([VALIDATOR], EXCHANGE))
    state, overlay = ledger.store, ledger.overlay
    state.height = -1
    return state, state.seal(overlay)


def ledger_parts(folder: Path) -> Parts:
    """A new ledger whose chain begins now."""
    terms = replace(TERMS, genesis_time=machine_time())
    chain = open_chain(folder, machine_time, found=founded, terms=terms)
    admission = AdmissionBook(CHAIN_ID, ADMISSION_SEED)
    snapshots = SnapshotMaker(chain.application, SnapshotFolder(folder / "snapshots", 2), 0)
    service = embedded_service(chain.engine, chain.application, admission, 0.2, snapshots)
    socket = folder / "run" / "ledger.sock"
    socket.parent.mkdir()
    return Parts(chain, service, socket)


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
    stop = asyncio.Event()
    task = asyncio.create_task(parts.service.run(parts.socket, stop))
    (await connected(parts)).writer.close()
    try:
        yield parts
    finally:
        stop.set()
        await task
        parts.chain.close()


async def connected(parts: Parts) -> Peer:
    """A new connection, as soon as the socket is open."""
    while True:
        try:
            return Peer(*await asyncio.open_unix_connection(str(parts.socket)))
        except FileNotFoundError:
            await asyncio.sleep(0.01)


def with_peer(folder: Path, work: Callable[[Parts, Peer], Awaitable[None]]) -> None:
    """Run a test's work with a connection to a ledger, within bounds."""

    async def inside() -> None:
        async with serving(folder) as parts:
            peer = await connected(parts)
            try:
                await work(parts, peer)
            finally:
                peer.writer.close()

    asyncio.run(asyncio.wait_for(inside(), MOST_SECONDS))
