"""When the embedded engine's blocks come, and who hears of them; the clock goes on only when all wait."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from cfi.contracts.state.table import OwnerKey
from cfi.contracts.transition.act import read_verified_act
from cfi.contracts.wire.headers import Timestamp
from cfi.node.audience import Audience, Listener
from cfi.node.consensus import maker as maker_module
from cfi.node.consensus.embedded import Decided
from cfi.node.consensus.maker import BlockMaker
from cfi.node.link import Kind
from cfi.node.mempool import Mempool, Waiting
from tests.contracts.ledger import NOW
from tests.node.chain import Chain, open_chain, transfer

SIGN_OF_LIFE = 10.0
START = 1_000.0


class Skipping(selectors.SelectSelector):
    """Goes on to the next moment for which something waits."""

    now = START

    @override
    def select(self, timeout: float | None = None) -> Any:
        """Nothing but time passes."""
        self.now += timeout or 0.0
        return super().select(0)


class Loop(asyncio.SelectorEventLoop):
    """A loop whose clock is the selector's."""

    def __init__(self) -> None:
        self.clock = Skipping()
        super().__init__(self.clock)

    @override
    def time(self) -> float:
        """Seconds."""
        return self.clock.now


@dataclass(slots=True, eq=False)
class Peer:
    """Somebody on the socket."""

    heard: list[tuple[Kind, int]] = field(default_factory=list)

    def send(self, kind: Kind, tag: int, content: bytes) -> None:
        """Note what came."""
        del content
        self.heard.append((kind, tag))


@dataclass(slots=True)
class Making:
    """A maker over a real chain, and the blocks that it made."""

    chain: Chain
    loop: Loop
    mempool: Mempool = field(default_factory=Mempool)
    audience: Audience = field(default_factory=Audience)
    made: list[tuple[float, int]] = field(default_factory=list)
    """When each block was begun, in seconds since the test's start, and how many acts it was offered."""
    seconds: float = 0.0
    """How long a block with acts takes."""
    peer: Peer = field(default_factory=Peer)

    def maker(self) -> BlockMaker:
        """The maker; each block is noted."""
        engine = self.chain.engine
        make = engine.make_block

        def noted(waiting: list[bytes]) -> Decided:
            self.made.append((round(self.loop.time() - START, 3), len(waiting)))
            self.loop.clock.now += self.seconds if waiting else 0.0
            return make(waiting)

        engine.make_block = noted  # type: ignore[method-assign]
        return BlockMaker(
            engine, self.chain.application, self.mempool, self.audience, SIGN_OF_LIFE
        )

    def submit(self, maker: BlockMaker, *numbers: int) -> None:
        """Acts come, each by a connection's tag."""
        come = []
        for number in numbers:
            raw = transfer(number)
            listener = Listener(self.peer, number)
            come.append(Waiting(raw, read_verified_act(raw), OwnerKey(b"a"), listener))
            self.mempool.add(come[-1])
        maker.offer(come)


@pytest.fixture
def making(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Making]:
    loop = Loop()

    def now() -> Timestamp:
        return Timestamp.of_nanos(NOW * 10**9 + round(loop.time() * 10**9))

    monkeypatch.setattr(maker_module, "machine_time", now)
    made = Making(open_chain(tmp_path, now), loop)
    made.chain.application.memory.look_into(made.mempool)
    yield made
    made.chain.close()
    loop.close()


Script = Callable[[BlockMaker, Making], Awaitable[None]]


def blocks(making: Making, script: Script, until: float) -> list[tuple[float, int]]:
    """The blocks that are made while a script runs, up to a second of the test."""

    async def inside() -> None:
        maker = making.maker()
        running = asyncio.create_task(maker.run())
        await script(maker, making)
        await asyncio.sleep(START + until - making.loop.time())
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    making.loop.run_until_complete(inside())
    return making.made


def acts_at(*moments: float) -> Script:
    """One act at each of these seconds of the test."""

    async def script(maker: BlockMaker, making: Making) -> None:
        for number, moment in enumerate(moments):
            await asyncio.sleep(START + moment - making.loop.time())
            making.submit(maker, number)

    return script


BEGUN = [(0.0, 0)]
"""A ledger that starts has a root to prove."""
TABLE = [
    #  sentence                                                     acts at          up to   blocks after the first
    ("a chain without acts gives signs of life",                    (),              21.0,   [(10.0, 0), (20.0, 0)]),
    ("acts that come to an idle chain follow an empty block at once, and one more proves them",
                                                                    (2.0,),          3.0,    [(2.0, 0), (2.0, 1), (2.25, 0)]),
    ("acts that come within the interval go together when it is over, with no empty block between",
                                                                    (2.0, 2.1, 2.2), 3.0,    [(2.0, 0), (2.0, 1), (2.25, 2), (2.5, 0)]),
    ("acts don't wait for an empty block to have its interval",     (2.0, 2.3),      3.0,    [(2.0, 0), (2.0, 1), (2.25, 0), (2.3, 1), (2.55, 0)]),
    ("acts right after a sign of life need no other empty block",   (10.1,),         11.0,   [(10.0, 0), (10.1, 1), (10.35, 0)]),
    ("half a second isn't idling, more is",                         (2.0, 2.75, 3.6), 4.0,   [(2.0, 0), (2.0, 1), (2.25, 0), (2.75, 1), (3.0, 0), (3.6, 0), (3.6, 1), (3.85, 0)]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "acts", "until", "expected"), TABLE, ids=[each[0] for each in TABLE])
def test_when_blocks_come(
    making: Making, sentence: str, acts: tuple[float, ...], until: float, expected: list[tuple[float, int]]
) -> None:
    made = blocks(making, acts_at(*acts), until)
    assert made == [*BEGUN, *expected]


def test_a_block_that_took_long_is_no_idling(making: Making) -> None:
    making.seconds = 0.8

    async def script(maker: BlockMaker, making: Making) -> None:
        await asyncio.sleep(2.0)
        for number in range(3):
            making.submit(maker, number)
            await asyncio.sleep(making.seconds)

    made = blocks(making, script, 4.8)
    assert [each for each in made if each[0] >= 2.0] == [(2.0, 0), (2.0, 1), (2.8, 1), (3.6, 1), (4.65, 0)]


class TestWhoIsTold:
    def test_who_waits_hears_of_the_commit_and_who_follows_of_each_block(self, making: Making) -> None:
        making.audience.follow(making.peer, 99)
        blocks(making, acts_at(2.0), 3.0)
        announced = (Kind.BLOCK, 99)
        assert making.peer.heard == [announced, announced, (Kind.COMMITTED, 0), announced, announced]
        assert len(making.mempool) == 0

    def test_what_has_become_inadmissible_leaves_and_is_told(self, making: Making) -> None:
        async def script(maker: BlockMaker, making: Making) -> None:
            making.submit(maker, 0)
            await asyncio.sleep(1.0)
            making.submit(maker, 0)
            await asyncio.sleep(1.0)

        blocks(making, script, 2.5)
        assert making.peer.heard == [(Kind.COMMITTED, 0), (Kind.DROPPED, 0)]
        assert len(making.mempool) == 0

    def test_what_did_not_fit_waits_for_the_next_block(
        self, making: Making, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        size = len(transfer(0))
        monkeypatch.setattr(maker_module, "MAX_BLOCK_BYTES", maker_module._FRAME_ROOM + 2 * size)

        async def script(maker: BlockMaker, making: Making) -> None:
            await asyncio.sleep(2.0)
            making.submit(maker, 0, 1)

        made = blocks(making, script, 2.4)
        assert made[1:] == [(2.0, 0), (2.0, 1), (2.25, 1)]
        assert making.peer.heard == [(Kind.COMMITTED, 0), (Kind.COMMITTED, 1)]
