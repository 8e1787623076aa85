"""Handing transactions to CometBFT and following its chain, where CometBFT isn't as one wishes."""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web

from cfi.client.light.lightblock import LightBlock, light_block_json
from cfi.contracts.transition.act import Act, Inadmissible, InadmissibleError
from cfi.contracts.wire.blocks import Block, block_id_of
from cfi.node.application import Application
from cfi.node.audience import Audience
from cfi.node.consensus.cometbft.follower import Follower
from cfi.node.consensus.cometbft.rpc import Call, EngineRpc, EngineUnreachableError
from cfi.node.counters import Counters
from cfi.node.link import Kind
from cfi.node.storage.block_files import BlockFiles
from cfi.node.storage.database import DamagedError
from tests.faults.running import application
from tests.node.chain import TERMS, Chain, make_chain
from tests.node.consensus.cometbft.asking import Asked, Said, asked, check, new_home, saying
from tests.node.gateway.running import until
from tests.node.talking import Peer

ACTS: Final = [application(number) for number in range(3)]
FULL: Final = {"message": "Internal error", "data": "mempool is full: number of txs 1 (max: 1)"}
KNOWN: Final = {"message": "Internal error", "data": "tx already exists in cache"}
RECHECKING: Final = {"message": "Internal error", "data": "mempool is still rechecking after a new"}


def run(work: Awaitable[None]) -> None:
    """Within bounds."""

    async def inside() -> None:
        await work

    asyncio.run(asyncio.wait_for(inside(), 30.0))


async def submitted(ledger: Asked, *transactions: bytes) -> Peer:
    """A peer of the ledger's socket that submitted."""
    peer = Peer(*await asyncio.open_unix_connection(str(ledger.home.socket)))
    peer.send(*((Kind.SUBMIT, tag, each) for tag, each in enumerate(transactions)))
    return peer


class TestTheRpc:
    def test_answers_in_order_and_tells_faults(self, tmp_path: Path) -> None:
        async def work() -> None:
            def say(call: dict[str, Any]) -> Any:
                return {"error": FULL} if call["method"] == "b" else {"result": call["params"]}

            async with saying(tmp_path / "s", say), EngineRpc(tmp_path / "s") as rpc:
                one, two = await rpc.ask([Call("a", {"x": 1}), Call("b", {})])
                assert (one.result.value, one.fault) == ({"x": 1}, "")
                assert "mempool is full" in two.fault
                (alone,) = await rpc.ask([Call("a", {})])
                assert alone.result.value == {}

        run(work())

    def test_nobody_there_or_nonsense_is_told(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with EngineRpc(tmp_path / "s") as rpc:
                with pytest.raises(EngineUnreachableError):
                    await rpc.ask([Call("a", {})])
                waiting = asyncio.create_task(rpc.ask_until_answered([Call("a", {})]))
                await asyncio.sleep(0.1)
                async with saying(tmp_path / "s", lambda _: {"result": 1}):
                    assert [each.result.value for each in await waiting] == [1]

        run(work())

    def test_too_few_answers_are_none(self, tmp_path: Path) -> None:
        async def work() -> None:
            async def nothing(_: web.Request) -> web.Response:
                return web.json_response([])

            app = web.Application()
            app.router.add_post("/", nothing)
            runner = web.AppRunner(app)
            await runner.setup()
            await web.UnixSite(runner, str(tmp_path / "s")).start()
            async with EngineRpc(tmp_path / "s") as rpc:
                with pytest.raises(EngineUnreachableError, match="0 answers to 1 calls"):
                    await rpc.ask([Call("a", {})])
            await runner.cleanup()

        run(work())


class TestASubmission:
    def test_that_a_full_mempool_refuses_is_dropped(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with asked(new_home(tmp_path / "n")) as ledger:
                (await ledger.engine()).writer.close()
                async with saying(ledger.home.engine_socket, lambda _: {"error": FULL}):
                    peer = await submitted(ledger, ACTS[0])
                    assert (await peer.next())[0] is Kind.ADMITTED
                    kind, tag, told = await peer.next()
                    assert (kind, tag, told[0]) == (Kind.DROPPED, 0, "MEMPOOL_FULL")
                    assert len(ledger.mempool) == 0
                    peer.writer.close()

        run(work())

    def test_that_is_known_or_comes_while_it_rechecks_waits(self, tmp_path: Path) -> None:
        async def work() -> None:
            errors = [RECHECKING, RECHECKING, KNOWN]

            def say(call: dict[str, Any]) -> Any:
                return {"error": errors.pop(0)} if call["method"] == "broadcast_tx_async" else {}

            async with asked(new_home(tmp_path / "n")) as ledger:
                (await ledger.engine()).writer.close()
                async with saying(ledger.home.engine_socket, say):
                    peer = await submitted(ledger, ACTS[0])
                    assert (await peer.next())[0] is Kind.ADMITTED
                    await until(lambda: not errors)
                    assert len(ledger.mempool) == 1
                    peer.writer.close()

        run(work())

    def test_that_may_wait_no_longer_is_dropped_with_the_reason(self, tmp_path: Path) -> None:
        """One expires; of the other the engine asks again after its signer's key is gone."""
        short = application(40, valid_until=1)

        def gone(self: Application, act: Act) -> None:
            raise InadmissibleError(Inadmissible.NO_LIVE_KEY, "the key belongs to no active user")

        async def work() -> None:
            async with asked(new_home(tmp_path / "n")) as ledger:
                engine = await ledger.engine()
                peer = await submitted(ledger, short, ACTS[0])
                assert {(await peer.next())[0] for _ in range(2)} == {Kind.ADMITTED}
                await engine.decide([], 1)
                kind, tag, told = await peer.next()
                assert (kind, tag, told[0]) == (Kind.DROPPED, 0, "EXPIRED")
                with pytest.MonkeyPatch.context() as planted:
                    planted.setattr(Application, "check_live", gone)
                    await engine.said(check(ACTS[0], again=True))
                kind, tag, told = await peer.next()
                assert (kind, tag, told[0]) == (Kind.DROPPED, 1, "NO_LIVE_KEY")
                assert len(ledger.mempool) == 0
                engine.writer.close()
                peer.writer.close()

        run(work())

    def test_of_what_came_from_the_engine_first_is_told_too(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with asked(new_home(tmp_path / "n")) as ledger:
                engine = await ledger.engine()
                assert await engine.said(check(ACTS[0])) != b""
                peer = await submitted(ledger, ACTS[0], ACTS[0])
                kinds = {(await peer.next())[0] for _ in range(2)}
                assert kinds == {Kind.ADMITTED, Kind.REJECTED}
                (waiting,) = ledger.mempool.all()
                assert waiting.listener is not None
                engine.writer.close()
                peer.writer.close()

        run(work())


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = make_chain(tmp_path_factory.mktemp("chain"), 3)
    yield made
    made.close()


def told_block(chain: Chain, height: int) -> dict[str, Any]:
    """A block as CometBFT's RPC tells it."""
    block = chain.engine.block(height)
    assert block is not None
    return block_json(block)


def block_json(block: Block) -> dict[str, Any]:
    """The RPC's answer to `block`."""
    shown: Any = light_block_json(
        LightBlock(header=block.header, commit=block.last_commit, validator_set=None)
    )
    block_id = block_id_of(block)
    return {
        "block_id": {
            "hash": block_id.header_hash.hex().upper(),
            "parts": {"total": block_id.parts.total, "hash": block_id.parts.root.hex().upper()},
        },
        "block": {
            "header": shown["signed_header"]["header"],
            "last_commit": shown["signed_header"]["commit"],
            "data": {"txs": [b64encode(each).decode() for each in block.transactions]},
            "evidence": {"evidence": []},
        },
    }


def told_commit(chain: Chain, height: int) -> dict[str, Any]:
    """The RPC's answer to `commit`."""
    block, commit = chain.engine.block(height), chain.engine.commit_of(height)
    assert block is not None
    shown: Any = light_block_json(
        LightBlock(header=block.header, commit=commit, validator_set=None)
    )
    return {"signed_header": shown["signed_header"], "canonical": True}


MISTAKES: Final = [
    #  sentence                            what is wrong with the told block
    ("of another height",                  lambda told: told["block"]["header"].update(height="9")),
    ("with a transaction less",            lambda told: told["block"]["data"]["txs"].pop()),
    ("of another root",                    lambda told: told["block"]["header"].update(app_hash="00" * 32)),
    ("that can't be read",                 lambda told: told["block"]["header"].update(time="yesterday")),
    ("without votes",                      lambda told: told["block"].update(last_commit=None)),
    ("that follows another",               lambda told: told["block"]["header"]["last_block_id"].update(hash="00" * 32)),
]  # fmt: skip


def followed(chain: Chain, folder: Path, say: Said, top: int) -> tuple[Follower, BlockFiles]:
    """The chain followed into new files up to a height."""
    files = BlockFiles(folder / "blocks")

    async def work() -> Follower:
        async with saying(folder / "s", say), EngineRpc(folder / "s") as rpc:
            follower = Follower(
                TERMS, chain.application, files, rpc, Audience(), counters=Counters()
            )
            assert follower.height == max(files.height - 1, 0)
            following = asyncio.create_task(follower.run())
            await until(lambda: follower.height >= top or following.done())
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
            return follower

    return asyncio.run(asyncio.wait_for(work(), 30.0)), files


def as_it_is(chain: Chain) -> Said:
    """CometBFT's answers about a chain."""

    def say(call: dict[str, Any]) -> Any:
        height = int(call["params"]["height"])
        told = told_block if call["method"] == "block" else told_commit
        return {"result": told(chain, height)}

    return say


class TestTheChain:
    def test_goes_into_the_files_up_to_the_last_but_one(self, chain: Chain, tmp_path: Path) -> None:
        follower, files = followed(chain, tmp_path, as_it_is(chain), 3)
        engine = chain.engine
        assert (follower.height, files.height) == (3, 2)
        assert follower.app_hash == engine.app_hash
        for height in range(1, 4):
            assert follower.block(height) == engine.block(height)
            assert follower.commit_of(height) == engine.commit_of(height)
        for height in (1, 2):
            assert follower.record(height) == engine.record(height)
        assert (follower.record(3), follower.block(4), follower.commit_of(4)) == (None, None, None)
        files.close()

    def test_is_gone_on_with_where_the_files_end(self, chain: Chain, tmp_path: Path) -> None:
        _, files = followed(chain, tmp_path, as_it_is(chain), 3)
        files.close()
        follower, files = followed(chain, tmp_path, as_it_is(chain), 3)
        assert (follower.height, files.height) == (3, 2)
        files.close()

    def test_is_asked_for_until_it_is_there(self, chain: Chain, tmp_path: Path) -> None:
        honest, early = as_it_is(chain), [{"error": {"message": "height", "data": "too high"}}] * 2

        def say(call: dict[str, Any]) -> Any:
            return early.pop() if early else honest(call)

        follower, files = followed(chain, tmp_path, say, 3)
        assert follower.height == 3
        files.close()

    @pytest.mark.parametrize(("sentence", "spoil"), MISTAKES, ids=[each[0] for each in MISTAKES])
    def test_with_a_block_that_is_not_the_decided_one_stops_the_ledger(
        self, chain: Chain, tmp_path: Path, sentence: str, spoil: Callable[[Any], Any]
    ) -> None:
        honest = as_it_is(chain)

        def say(call: dict[str, Any]) -> Any:
            answer = honest(call)
            if call == call | {"method": "block", "params": {"height": "2"}}:
                spoil(answer["result"])
            return answer

        with pytest.raises(DamagedError, match="engine's block 2"):
            followed(chain, tmp_path, say, 3)

    def test_is_compared_with_what_was_decided(self, chain: Chain, tmp_path: Path) -> None:
        files = BlockFiles(tmp_path / "blocks")
        rpc = EngineRpc(tmp_path / "s")
        follower = Follower(TERMS, chain.application, files, rpc, Audience(), counters=Counters())
        follower.decided(1, b"h" * 32, ())

        async def work() -> None:
            async with saying(tmp_path / "s", as_it_is(chain)), rpc:
                with pytest.raises(DamagedError, match="not the one that was decided"):
                    await follower.run()

        run(work())
        files.close()
