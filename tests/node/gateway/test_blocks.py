"""Whole blocks, for who may read everything; to others there is none."""

import asyncio
from pathlib import Path
from typing import Any, Final

import pytest

from cfi.contracts.wire.block_file import BlockRecord, decode_records
from cfi.node import queries
from cfi.node.gateway import blocks
from cfi.node.gateway.desk import Rates
from cfi.node.gateway.quota import Rate
from tests.node.chain import USER_SEED
from tests.node.gateway.running import AUDITOR_SEED, PAST_AUDITOR_SEED, Running, run, running, until

NOBODY: Final = {"code": "unknown-height", "detail": "there is no block of this height"}


async def page(gateway: Running, height: int, seed: bytes = AUDITOR_SEED) -> tuple[int, bytes]:
    """Status and body of a page."""
    target = f"/v1/blocks/{height}"
    headers = gateway.headers(target, seed=seed)
    async with gateway.session.get(gateway.base + target, headers=headers) as answer:
        return answer.status, await answer.read()


def heights(content: bytes) -> list[int]:
    return [each.height for each in decode_records(content)]


class TestWhoReads:
    def test_an_auditor_with_a_grant_reads_the_blocks_that_the_files_have(
        self, tmp_path: Path
    ) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                await gateway.height_of(4)
                status, content = await page(gateway, 2)
                told: list[BlockRecord] = list(decode_records(content))
                assert status == 200
                assert told == [gateway.chain.files.read(each.height) for each in told]
                assert [each.height for each in told][:3] == [2, 3, 4]

        run(work())

    @pytest.mark.parametrize("seed", [USER_SEED, PAST_AUDITOR_SEED])
    def test_to_anybody_else_there_is_no_block(self, tmp_path: Path, seed: bytes) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                for height in (1, 2, 0, 10**9):
                    told = await gateway.get_signed(f"/v1/blocks/{height}", seed=seed)
                    assert told == (404, NOBODY)
                absent = await gateway.get_signed(f"/v1/blocks/{10**9}", seed=AUDITOR_SEED)
                assert absent == (404, NOBODY)
                assert (await gateway.get("/v1/blocks/1"))[1]["code"] == "unsigned"

        run(work())


class TestBounds:
    def test_a_page_ends_at_its_blocks_or_at_its_bytes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                await gateway.height_of(5)
                monkeypatch.setattr(queries, "MOST_BLOCKS", 3)
                assert heights((await page(gateway, 1))[1]) == [1, 2, 3]
                monkeypatch.setattr(queries, "PAGE_BYTES", 1)
                assert heights((await page(gateway, 2))[1]) == [2]

        run(work())

    def test_a_reader_cannot_take_all(self, tmp_path: Path) -> None:
        async def work() -> None:
            rates = Rates(blocks=Rate(0.001, 2))
            async with running(tmp_path, rates=rates) as gateway:
                told = [(await page(gateway, 1))[0] for _ in range(3)]
                assert told == [200, 200, 429]
                assert (await gateway.get("/v1/status"))[0] == 200

        run(work())

    def test_who_may_not_read_takes_nothing_from_who_may(self, tmp_path: Path) -> None:
        async def work() -> None:
            rates = Rates(all_blocks=Rate(0.001, 1))
            async with running(tmp_path, rates=rates) as gateway:
                assert (await page(gateway, 1, USER_SEED))[0] == 404
                assert [(await page(gateway, 1))[0] for _ in range(2)] == [200, 429]

        run(work())

    def test_so_many_pages_are_under_way_at_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                monkeypatch.setattr(blocks, "MOST_PAGES_AT_ONCE", 1)
                ask, held = gateway.server.desk.link.ask, asyncio.Event()

                async def slow(path: str, parameters: Any = None) -> Any:
                    if path == "blocks":
                        await held.wait()
                    return await ask(path, parameters)

                monkeypatch.setattr(gateway.server.desk.link, "ask", slow)
                first = asyncio.create_task(page(gateway, 1))
                await until(lambda: gateway.server.desk.pages_under_way == 1)
                assert (await page(gateway, 1))[0] == 429
                held.set()
                assert (await first)[0] == 200
                assert gateway.server.desk.pages_under_way == 0

        run(work())
