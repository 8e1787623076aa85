"""What `cfi bench network` is made of: the bare application, and how transactions are handed in."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from cfi.contracts.wire.protobuf import Fields, Kind
from cfi.node.bench import transfers
from cfi.node.bench.network import bare, load, measure, running
from cfi.node.bench.network.homes import PACE, Planned, make_homes, read_plan
from cfi.node.bench.network.load import Seen, hand_in, most_waiting
from cfi.node.bench.network.running import BARE, Spent, Validator
from cfi.node.bench.transfers import transfer
from cfi.node.bench.world import CHAIN_ID
from cfi.node.consensus.cometbft.rpc import EngineRpc
from cfi.node.storage.database import Database
from tests.node.consensus.cometbft.asking import (
    FLUSH,
    INFO,
    PROCESS,
    Engine,
    ask,
    check,
    code_of,
    proposal,
    saying,
)
from tests.node.consensus.cometbft.test_following import FULL, RECHECKING, run
from tests.node.gateway.running import until
from tests.spoilt import spoilt

PLAN = Planned(accounts=3, lots=12, validators=4)
GOOD = transfer(PLAN.sizes, 0)
FORGED = spoilt(GOOD)
ACCEPTED, REJECTED = b"\x08\x01", b"\x08\x02"


def with_bare(folder: Path, work: Callable[[Engine], Awaitable[None]]) -> None:
    """Run a test's work with a connection to a bare application."""

    async def inside() -> None:
        socket = folder / "s"
        serving = asyncio.create_task(bare.serve(socket))
        await until(socket.exists)
        engine = Engine(*await asyncio.open_unix_connection(str(socket)))
        try:
            await work(engine)
        finally:
            engine.writer.close()
            await engine.writer.wait_closed()
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    run(inside())


class TestTheBareApplication:
    def test_verifies_each_signature_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        verified = []

        def counted(transaction: bytes) -> bool:
            verified.append(transaction)
            return transfers.is_signed(transaction)

        monkeypatch.setattr(bare, "is_signed", counted)

        async def work(engine: Engine) -> None:
            assert code_of(await engine.said(check(GOOD))) == 0
            assert code_of(await engine.said(check(GOOD, again=True))) == 0
            assert await engine.said(proposal(PROCESS, [GOOD], 1)) == ACCEPTED
            decided = Fields(await engine.decide([GOOD], 1), {2: Kind.REPEATED})
            assert decided.each(2) == [b""]

        with_bare(tmp_path, work)
        assert verified == [GOOD]

    def test_refuses_a_forged_one(self, tmp_path: Path) -> None:
        async def work(engine: Engine) -> None:
            assert code_of(await engine.said(check(FORGED))) == 1
            assert await engine.said(proposal(PROCESS, [GOOD, FORGED], 1)) == REJECTED

        with_bare(tmp_path, work)

    def test_tells_where_it_stands(self, tmp_path: Path) -> None:
        async def work(engine: Engine) -> None:
            shape = {1: Kind.DATA, 2: Kind.DATA, 3: Kind.UNSIGNED, 4: Kind.SIGNED}
            assert Fields(await engine.said(ask(INFO)), shape).number(4) == 0
            await engine.decide([], 1)
            assert Fields(await engine.said(ask(INFO)), shape).number(4) == 1
            assert await engine.said(ask(FLUSH)) == b""

        with_bare(tmp_path, work)


class TestHandingIn:
    def test_waits_while_the_mempool_looks_through_what_it_has(self, tmp_path: Path) -> None:
        errors = [{"error": RECHECKING}, {"result": {}}]

        async def work() -> None:
            async with (
                saying(tmp_path / "s", lambda _: errors.pop() if errors else {"result": {}}) as heard,
                EngineRpc(tmp_path / "s") as engine,
            ):
                await hand_in(engine, [GOOD, FORGED])
            assert [len(calls) for calls in heard] == [2, 1]

        run(work())

    def test_ends_where_it_takes_no_more(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with (
                saying(tmp_path / "s", lambda _: {"error": FULL}),
                EngineRpc(tmp_path / "s") as engine,
            ):
                with pytest.raises(RuntimeError, match="mempool is full"):
                    await hand_in(engine, [GOOD])

        run(work())

    def test_ends_before_the_transfers_do(self, tmp_path: Path) -> None:
        said = {"response": {"last_block_height": str(transfers.VALID_UNTIL)}}

        async def work() -> None:
            async with (
                saying(tmp_path / "s", lambda _: {"result": said}),
                EngineRpc(tmp_path / "s") as engine,
            ):
                with pytest.raises(RuntimeError, match="measure for fewer seconds"):
                    async for _ in load._heights(engine):
                        pass

        run(work())

    def test_keeps_so_many_waiting_that_there_are_several_blocks(self) -> None:
        assert [most_waiting(count) for count in (1, 60, 1_000_000)] == [1, 15, 8_000]


class TestTheHomes:
    def test_hold_one_genesis_and_each_is_the_others_peer(self, tmp_path: Path) -> None:
        homes = make_homes(tmp_path, PLAN)
        told = {home.engine_genesis.read_text() for home in homes}
        (genesis,) = (json.loads(each) for each in told)
        assert (genesis["chain_id"], len(genesis["validators"])) == (CHAIN_ID, 4)
        for home in homes:
            assert read_plan(home.genesis_file.read_bytes()) == PLAN
            settings = home.settings()
            assert len(settings.peers) == 3
            assert settings.mempool_size == PACE.mempool_size


class TestTheProcesses:
    def test_that_end_are_told_with_their_last_words(self, tmp_path: Path) -> None:
        home = make_homes(tmp_path, Planned(3, 12, 1))[0]
        validator = Validator(home, "nothing")
        validator.begin()
        with pytest.raises(RuntimeError, match="No module named"):
            validator.follow()
        validator.stop()

    def test_that_open_no_socket_are_not_waited_for_for_ever(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(running, "_PATIENCE_SECONDS", 0.0)
        validator = Validator(make_homes(tmp_path, Planned(3, 12, 1))[0], BARE)
        validator.begin()
        with pytest.raises(RuntimeError, match="open its socket"):
            validator.follow()
        validator.stop()


class TestTheFigures:
    def test_count_from_the_first_commit_to_the_last(self) -> None:
        assert measure._rate([Seen(1.0, 500), Seen(2.0, 10), Seen(3.0, 30)]) == 20.0

    def test_share_the_work_among_transfers_and_validators(self) -> None:
        before, after = [Spent(1.0, 2.0, 3.0)] * 2, [Spent(2.0, 4.0, 6.0)] * 2
        assert measure._each_transfer(before, after, [b""] * 10) == Spent(0.1, 0.2, 0.3)

    def test_are_none_where_a_transfer_was_not_done(self, tmp_path: Path) -> None:
        home = make_homes(tmp_path, Planned(3, 12, 1))[0]
        Database(home.ledger).close()
        with pytest.raises(RuntimeError, match="0 of 1 transfers were done"):
            measure._require_done(Validator(home, BARE), [GOOD])
