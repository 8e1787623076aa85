"""Blocks from a gateway: all that there are, in order, from a server that is trusted in nothing."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest
from aiohttp import web

from cfi.client.audit import network
from cfi.client.audit.export import export_from_gateway
from cfi.client.audit.network import NetworkSource, latest_header
from cfi.client.audit.sources import BadSourceError, read_records
from cfi.client.light.bisection import UnavailableError
from cfi.client.light.http import GatewayRefusedError, UnreachableError
from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.wire.block_file import BlockRecord, encode_record
from tests.client.audit.histories import BLOCKS, History
from tests.node.chain import USER_SEED
from tests.node.gateway.running import AUDITOR_SEED, run, running

KEY = SigningKey(AUDITOR_SEED)
Answer = Callable[[int, int], web.Response | bytes | None]
"""What a server says to its so manyth question, for blocks from a height on; None hangs up."""


class Server:
    """A server of pages that says what a test wants."""

    def __init__(self, answer: Answer, node: object = "00" * 32) -> None:
        self._answer = answer
        self._node = node
        self.asked: list[int] = []
        self.base = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/v1/status", self._status)
        app.router.add_get("/v1/blocks/{height}", self._page)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _status(self, _: web.Request) -> web.Response:
        return web.json_response({"node": self._node})

    async def _page(self, request: web.Request) -> web.Response:
        height = int(request.match_info["height"])
        self.asked.append(height)
        told = self._answer(len(self.asked), height)
        if told is None:
            assert request.transport is not None
            request.transport.abort()
        return told if isinstance(told, web.Response) else web.Response(body=told)


def encoded(records: list[BlockRecord]) -> bytes:
    return b"".join(map(encode_record, records))


async def fetched(server: Server, last: int = BLOCKS) -> list[BlockRecord]:
    source = NetworkSource(server.base, KEY, last, pause_seconds=0.001)
    return await asyncio.to_thread(lambda: list(source.records()))


def test_every_block_of_a_real_gateway_comes_in_order(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(tmp_path) as gateway:
            last = await gateway.height_of(5)
            source = NetworkSource(gateway.base, KEY, last)
            told = await asyncio.to_thread(lambda: list(source.records()))
            assert told == [gateway.chain.files.read(each) for each in range(1, last + 1)]
            assert (await asyncio.to_thread(latest_header, gateway.base)).height >= last
            stranger = NetworkSource(gateway.base, SigningKey(USER_SEED), last)
            with pytest.raises(GatewayRefusedError, match="unknown-height"):
                await asyncio.to_thread(lambda: list(stranger.records()))

    run(work())


def test_pages_are_asked_for_until_the_last_height(history: History) -> None:
    async def work() -> None:
        async with Server(lambda _, at: encoded(history[at - 1 : at + 2])) as server:
            assert await fetched(server) == history
            assert server.asked == [1, 4, 7]
            server.asked.clear()
            assert await fetched(server, 5) == history[:5]
            assert server.asked == [1, 4]

    run(work())


def test_a_broken_connection_is_mended_where_it_broke(history: History) -> None:
    def answer(count: int, at: int) -> web.Response | bytes | None:
        if count in {2, 3}:
            return None
        if count == 5:
            return web.json_response({"code": "too-many-requests", "detail": ""}, status=429)
        return encoded(history[at - 1 : at + 2])

    async def work() -> None:
        async with Server(answer) as server:
            source = NetworkSource(server.base, KEY, BLOCKS, pause_seconds=0.001)
            told = await asyncio.to_thread(lambda: list(source.records()))
            assert told == history
            assert server.asked == [1, 4, 4, 4, 7, 7]
            assert source.broken >= 1  # The HTTP library itself asks once more.

    run(work())


def test_a_gateway_that_stays_away_ends_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    source = NetworkSource("http://127.0.0.1:9", KEY, 3, pause_seconds=0.001)
    with pytest.raises(UnreachableError, match="can't be reached"):
        list(source.records())
    assert source.broken == 8
    with pytest.raises(UnavailableError):
        latest_header("http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("sentence", "answer", "reason"),
    [
        ("nothing", lambda _: b"", "other heights"),
        ("other heights", lambda history: encoded(history[1:3]), "other heights"),
        ("a height left out", lambda history: encoded([history[0], history[2]]), "other heights"),
        ("no records", lambda _: b"x" * 100, "no record begins here"),
        ("a record cut off", lambda history: encoded(history)[:-1], "cut off"),
    ],
)
def test_a_page_that_is_not_what_was_asked_for_is_no_source(
    history: History, sentence: str, answer: Callable[[History], bytes], reason: str
) -> None:
    async def work() -> None:
        async with Server(lambda *_: answer(history)) as server:
            with pytest.raises(BadSourceError, match=reason):
                await fetched(server)

    run(work())


def test_a_reader_that_stops_early_leaves_no_thread(history: History) -> None:
    async def work() -> None:
        async with Server(lambda _, at: encoded(history[at - 1 : at])) as server:
            source = NetworkSource(server.base, KEY, BLOCKS)

            def first() -> BlockRecord:
                records = source.records()
                record = next(iter(records))
                records.close()  # type: ignore[attr-defined]
                return record

            assert await asyncio.to_thread(first) == history[0]

    run(work())


def test_an_export_goes_on_where_it_was_left(history: History, tmp_path: Path) -> None:
    target, unfinished = tmp_path / "export", tmp_path / "export.part"
    unfinished.write_bytes(encoded(history[:3]) + encode_record(history[3])[:50])
    heard: list[int] = []

    def told(height: int, _: int) -> None:
        heard.append(height)

    async def work() -> None:
        async with Server(lambda _, at: encoded(history[at - 1 : at + 2])) as server:
            source = NetworkSource(server.base, KEY, BLOCKS)
            assert await asyncio.to_thread(export_from_gateway, source, target, told) == BLOCKS
            assert server.asked == [4, 7]
            assert heard == [record.height for record in history]
            with pytest.raises(FileExistsError):
                export_from_gateway(source, target, told)

    run(work())
    assert list(read_records(target)) == history
    assert not unfinished.exists()


def test_a_status_that_is_none_ends_the_reading() -> None:
    """The pages are fetched on a thread: whatever ends that, who waits for pages hears of it."""

    async def work() -> None:
        async with Server(lambda _, __: b"", node=5) as server:
            with pytest.raises(UnreachableError, match="doesn't answer as a gateway"):
                await fetched(server)

    run(work())


def test_an_error_that_nobody_foresaw_ends_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(*_: object) -> list[BlockRecord]:
        raise RecursionError("unforeseen")

    async def work() -> None:
        monkeypatch.setattr(network, "_read_page", raises)
        async with Server(lambda _, __: b"") as server:
            with pytest.raises(RecursionError, match="unforeseen"):
                await fetched(server)

    run(work())
