"""Hands transactions to several CometBFTs by their RPC, and sees them committed.

A block counts from when the first validator's application, asked by its CometBFT, says that it has
committed it; it is asked every few milliseconds.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cfi.client.light.json_node import JsonNode
from cfi.node.bench.transfers import VALID_UNTIL
from cfi.node.consensus.cometbft.forwarder import handing_in, is_for_later
from cfi.node.consensus.cometbft.rpc import Call, EngineRpc

_MOST_WAITING: Final = 8_000
_MOST_IN_BATCH: Final = 200
_FEEDERS_OF_VALIDATOR: Final = 2
_LOOK_SECONDS: Final = 0.01
_TICK_SECONDS: Final = 0.01
_PAUSE_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Seen:
    """A block with transactions, and when it was seen committed."""

    at: float
    count: int


@asynccontextmanager
async def connected(sockets: Sequence[Path]) -> AsyncIterator[list[EngineRpc]]:
    """Each CometBFT's RPC, when all are connected with each other."""
    async with AsyncExitStack() as stack:
        engines = [await stack.enter_async_context(EngineRpc(socket)) for socket in sockets]
        for engine in engines:
            await _until_all_are_peers(engine, len(engines) - 1)
        yield engines


async def _until_all_are_peers(engine: EngineRpc, others: int) -> None:
    while True:
        (net,) = await engine.ask_until_answered([Call("net_info", {})])
        if net.result.field("n_peers").int64() == others:
            return
        await asyncio.sleep(_PAUSE_SECONDS)


async def _committed_height(engine: EngineRpc) -> int:
    (info,) = await engine.ask_until_answered([Call("abci_info", {})])
    return info.result.field("response").field("last_block_height").int64()


def most_waiting(transactions: int) -> int:
    """How many of so many may wait at a time: there are several blocks between first and last."""
    return min(_MOST_WAITING, max(1, transactions // 4))


async def saturate(engines: Sequence[EngineRpc], transactions: Sequence[bytes]) -> list[Seen]:
    """Keep so many transactions waiting until all are committed; returns the blocks."""
    waiting, most = deque(transactions), most_waiting(len(transactions))
    committed = 0
    seen: list[Seen] = []

    async def feed(engine: EngineRpc) -> None:
        while waiting:
            room = most - (len(transactions) - len(waiting) - committed)
            batch = [waiting.popleft() for _ in range(min(room, _MOST_IN_BATCH, len(waiting)))]
            if batch:
                await hand_in(engine, batch)
            else:
                await asyncio.sleep(_LOOK_SECONDS)

    async with asyncio.TaskGroup() as group:
        for engine in list(engines) * _FEEDERS_OF_VALIDATOR:
            group.create_task(feed(engine))
        async for height, at in _heights(engines[0]):
            count = await _count(engines[0], height)
            if count:
                seen.append(Seen(at, count))
                committed += count
            if committed >= len(transactions):
                break
    return seen


async def pace(
    engines: Sequence[EngineRpc], transactions: Sequence[bytes], rate: float
) -> list[float]:
    """Hand in so many a second, in turn to each; returns the seconds until each was committed."""
    handed: dict[bytes, float] = {}
    taken: list[float] = []

    async def feed() -> None:
        begun = time.monotonic()
        done = 0
        while done < len(transactions):
            due = min(len(transactions), int((time.monotonic() - begun) * rate) + 1)
            batch = transactions[done:due]
            handed.update(dict.fromkeys(batch, time.monotonic()))
            shares = [batch[at :: len(engines)] for at in range(len(engines))]
            await asyncio.gather(*map(hand_in, engines, shares))
            done = due
            await asyncio.sleep(_TICK_SECONDS)

    async with asyncio.TaskGroup() as group:
        group.create_task(feed())
        async for height, at in _heights(engines[0]):
            decided = await _transactions(engines[0], height)
            taken.extend(at - handed[transaction] for transaction in decided)
            if len(taken) >= len(transactions):
                break
    return taken


async def hand_in(engine: EngineRpc, transactions: Sequence[bytes]) -> None:
    """Put transactions into a mempool; raises RuntimeError where it doesn't take one."""
    left = list(transactions)
    while left:
        answers = await engine.ask([handing_in(each) for each in left])
        faults = [each.fault for each in answers if each.fault and not is_for_later(each)]
        if faults:
            raise RuntimeError(f"a transfer was not taken: {faults[0]}")
        left = [each for each, said in zip(left, answers, strict=True) if said.fault]
        if left:
            await asyncio.sleep(_PAUSE_SECONDS)


async def until_level(engine: EngineRpc, other: EngineRpc) -> None:
    """Wait until one application has committed what the other had when it was asked."""
    while True:
        wanted = await _committed_height(other)
        if await _committed_height(engine) >= wanted:
            return
        await asyncio.sleep(_LOOK_SECONDS)


async def _heights(engine: EngineRpc) -> AsyncIterator[tuple[int, float]]:
    """Each height from now on, and when it was seen committed."""
    last = await _committed_height(engine)
    while True:
        height, at = await _committed_height(engine), time.monotonic()
        if height >= VALID_UNTIL:
            raise RuntimeError("the transfers aren't valid any more: measure for fewer seconds")
        for each in range(last + 1, height + 1):
            yield each, at
        last = height
        await asyncio.sleep(_LOOK_SECONDS)


async def _count(engine: EngineRpc, height: int) -> int:
    wanted = {"minHeight": str(height), "maxHeight": str(height)}
    (told,) = await engine.ask([Call("blockchain", wanted)])
    (block,) = told.result.field("block_metas").items()
    return block.field("num_txs").int64()


async def _transactions(engine: EngineRpc, height: int) -> list[bytes]:
    (told,) = await engine.ask([Call("block", {"height": str(height)})])
    listed: JsonNode = told.result.field("block").field("data").field("txs")
    return [each.base64() for each in listed.items()]
