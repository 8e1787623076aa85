"""A ledger that waits for CometBFT, and a peer that asks and answers as CometBFT does."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from cfi.contracts.wire.headers import Timestamp, encode_time
from cfi.contracts.wire.protobuf import Fields, Kind, data, delimited, integer, message
from cfi.node.assembly import Node, assemble
from cfi.node.clock import machine_time
from cfi.node.consensus.cometbft.driver import Driver
from cfi.node.consensus.cometbft.link import EngineLink
from cfi.node.consensus.cometbft.requests import MessageReader
from cfi.node.counters import Counters
from cfi.node.demo.stage import cast_seeds, set_stages
from cfi.node.founding import Place
from cfi.node.home import Home
from cfi.node.mempool import Mempool
from cfi.node.settings import COMETBFT, Settings
from tests.faults.running import CAST, SCENARIO
from tests.node.gateway.running import until

MOST_SECONDS: Final = 30.0
PREPARE, PROCESS, FINALIZE, CHECK, QUERY = 16, 17, 20, 8, 6
ECHO, FLUSH, INFO, INIT_CHAIN, COMMIT = 1, 2, 3, 5, 11
_ALL: Final = dict.fromkeys(range(1, 22), Kind.REPEATED)
Said = Callable[[dict[str, Any]], Any]
"""The answer to a call of its RPC."""


def new_home(folder: Path, settings: Settings | None = None) -> Home:
    """A home of one validator under CometBFT."""
    home = Home(folder)
    chosen = settings or Settings(engine=COMETBFT)
    set_stages([Place(home, chosen, cast_seeds(CAST, "validator"))], SCENARIO)
    return home


def check(transaction: bytes, *, again: bool = False) -> bytes:
    """A check of waiting bytes."""
    return ask(CHECK, data(1, transaction) + integer(2, int(again)))


def ask(number: int, body: bytes = b"") -> bytes:
    """A framed request."""
    return delimited(message(number, body))


def proposal(
    number: int, transactions: Sequence[bytes], height: int, time: Timestamp | None = None
) -> bytes:
    """A proposed block, or a decided one."""
    moment = encode_time(time or machine_time())
    txs = b"".join(message(1, each) for each in transactions)
    return ask(
        number, txs + message(2, b"") + data(4, b"h" * 32) + integer(5, height) + message(6, moment)
    )


def prepare(
    transactions: Sequence[bytes],
    height: int,
    time: Timestamp | None = None,
    most_bytes: int = 2_000_000,
) -> bytes:
    """What may the next block hold?"""
    moment = encode_time(time or machine_time())
    txs = b"".join(message(2, each) for each in transactions)
    return ask(
        PREPARE,
        integer(1, most_bytes) + txs + message(3, b"") + integer(5, height) + message(6, moment),
    )


def code_of(body: bytes) -> int:
    """The code of a check's or a question's answer."""
    shape = {1: Kind.UNSIGNED, 5: Kind.UNSIGNED}
    return Fields(body, shape).number(1)


@dataclass(slots=True)
class Engine:
    """One connection, as CometBFT has four."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    messages: MessageReader = field(default_factory=MessageReader)
    waiting: list[bytes] = field(default_factory=list)

    def send(self, *requests: bytes) -> None:
        """Ask in one piece."""
        self.writer.write(b"".join(requests))

    async def next(self) -> tuple[int, bytes]:
        """The next answer's number and body; raises EOFError when the ledger hangs up."""
        while not self.waiting:
            received = await self.reader.read(1 << 16)
            if not received:
                raise EOFError
            self.waiting.extend(self.messages.feed(received))
        fields = Fields(self.waiting.pop(0), _ALL)
        ((number, body),) = [
            (number, each) for number in _ALL for each in fields.each(number)
        ]
        return number, body

    async def said(self, request: bytes) -> bytes:
        """The body of the answer to one request."""
        self.send(request)
        return (await self.next())[1]

    async def decide(self, transactions: Sequence[bytes], height: int) -> bytes:
        """Decide and commit a block; returns what the first answer said."""
        self.send(proposal(FINALIZE, transactions, height), ask(COMMIT))
        _, body = await self.next()
        assert await self.next() == (12, b"")
        return body


@dataclass(slots=True)
class Asked:
    """A ledger that is asked."""

    home: Home
    node: Node
    task: "asyncio.Task[None]"

    @property
    def link(self) -> EngineLink:
        """All that goes on between it and CometBFT."""
        (link,) = [each for each in self.node.service._duties if isinstance(each, EngineLink)]
        return link

    @property
    def driver(self) -> Driver:
        """Who answers."""
        answerer = self.link._server.answerer
        assert isinstance(answerer, Driver)
        return answerer

    @property
    def mempool(self) -> Mempool:
        """What waits."""
        return self.node.service._reception.mempool

    @property
    def counters(self) -> Counters:
        """What is counted."""
        return self.driver._counters

    async def engine(self) -> Engine:
        """A new connection."""
        await until(self.home.abci_socket.exists)
        return Engine(*await asyncio.open_unix_connection(str(self.home.abci_socket)))


@asynccontextmanager
async def asked(home: Home) -> AsyncIterator[Asked]:
    """A ledger's service until the end of the block."""
    node = assemble(home)
    stop = asyncio.Event()
    task = asyncio.create_task(node.service.run(home.socket, stop))
    try:
        yield Asked(home, node, task)
    finally:
        stop.set()
        await asyncio.gather(task, return_exceptions=True)
        node.close()


def with_engine(home: Home, work: Callable[[Asked, Engine], Awaitable[None]]) -> None:
    """Run a test's work with a connection to a ledger, within bounds."""

    async def inside() -> None:
        async with asked(home) as ledger:
            engine = await ledger.engine()
            try:
                await work(ledger, engine)
            finally:
                engine.writer.close()

    asyncio.run(asyncio.wait_for(inside(), MOST_SECONDS))


@asynccontextmanager
async def saying(socket: Path, say: Said) -> AsyncIterator[list[Any]]:
    """Somebody who answers on CometBFT's socket; gives what was asked."""
    heard: list[Any] = []

    async def answer(request: web.Request) -> web.Response:
        calls = json.loads(await request.read())
        heard.append(calls)
        said = [{"jsonrpc": "2.0", "id": call["id"]} | say(call) for call in calls]
        return web.json_response(said[0] if len(said) == 1 else said)

    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.UnixSite(runner, str(socket)).start()
    try:
        yield heard
    finally:
        await runner.cleanup()
