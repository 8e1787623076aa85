"""`cfi bench` at tiny sizes: every measure gives a figure beside its baseline."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cfi.contracts.state.view import StateView
from cfi.contracts.transition.act import read_verified_act
from cfi.node.ask import ask
from cfi.node.bench import processes, replay, start, transfers, world
from cfi.node.bench.command import MEASURES, bench
from cfi.node.bench.world import CHAIN_ID, LOT_TONNES, Sizes, account_id, build, node
from cfi.node.link import Kind, frame
from cfi.node.storage.database import Database
from cfi.node.storage.ledger_store import LedgerStore

SIZES = Sizes(accounts=3, lots=12)
MOST_SECONDS = 30.0


def measured(*arguments: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(bench, [str(each) for each in arguments])


def fewer(home: Path, sizes: Sizes, _: list[bytes]) -> tuple[float, int]:
    """A history with one transfer where none was sent."""
    engine, application = node(home, sizes)
    engine.make_block([transfers.transfer(sizes, 0)])
    application.store.close()
    return 1.0, 1


class TestTheWorld:
    def test_has_its_accounts_and_lots(self) -> None:
        state, writes = build(SIZES)
        assert writes
        view = StateView(state)
        for number in range(SIZES.accounts):
            lots = view.lots.of(account_id(number)).all()
            assert [lot.tonnes for lot in lots] == [LOT_TONNES] * SIZES.lots_of_account

    @pytest.mark.parametrize("accounts", [1, 2, 101])
    def test_a_transfer_moves_each_lot_within_its_holder(self, accounts: int) -> None:
        sizes = Sizes(accounts, 2 * accounts)
        acts = [read_verified_act(transfers.transfer(sizes, at)) for at in range(sizes.lots)]
        moved = {(act.message.source, act.message.lot_id) for act in acts}
        assert len(moved) == sizes.lots
        for act in acts:
            source, target = act.message.source, act.message.target
            assert source.split("/")[0] == target.split("/")[0]

    def test_its_transfers_are_done(self, tmp_path: Path) -> None:
        engine, application = node(tmp_path, SIZES)
        signed = [transfers.transfer(SIZES, at) for at in range(SIZES.lots)]
        outcomes = engine.make_block(signed).outcomes
        assert len(outcomes) == SIZES.lots
        assert all(each.receipt is not None and each.receipt.done for each in outcomes)
        application.store.close()


class TestTheCommand:
    def test_measures_transfers(self) -> None:
        told = measured("transfers", "--accounts", 3, "--lots", 60, "--seconds", 0.005, "--json")
        assert told.exit_code == 0, told.output
        (found,) = json.loads(told.stdout)
        assert found["name"] == "transfers"
        assert found["value"] > 0
        assert found["ratio"] == found["value"] / found["baseline_value"]
        assert found["conditions"]["transfers"] == 60
        assert found["conditions"]["python"] == sys.version.split()[0]
        assert found["conditions"]["memory_mib"] > 0

    def test_measures_a_start(self) -> None:
        told = measured("start", "--accounts", 3, "--lots", 12, "--json")
        assert told.exit_code == 0, told.output
        names = [one["name"] for one in json.loads(told.stdout)]
        assert "start" in names

    def test_measures_a_replay(self) -> None:
        told = measured("replay", "--accounts", 3, "--lots", 60, "--seconds", 0.005, "--json")
        assert told.exit_code == 0, told.output
        found = json.loads(told.stdout)
        assert [each["name"] for each in found] == ["replay", "audit"]
        for each in found:
            assert each["conditions"]["transfers"] == 60
            assert each["ratio"] == each["value"] / each["baseline_value"]

    def test_measures_the_model(self) -> None:
        told = measured("model", "--accounts", 3, "--lots", 60, "--seconds", 0.005, "--json")
        assert told.exit_code == 0, told.output
        (found,) = json.loads(told.stdout)
        assert (found["name"], found["conditions"]["transfers"]) == ("model", 60)
        assert found["value"] > 0

    def test_measures_snapshots(self) -> None:
        told = measured("snapshot", "--accounts", 3, "--lots", 60, "--json")
        assert told.exit_code == 0, told.output
        found = {each["name"]: each for each in json.loads(told.stdout)}
        assert set(found) == {"make", "make_beside", "wait", "size", "restore"}
        assert 0 < found["size"]["ratio"] < 1
        assert all(each["conditions"]["chunks"] == 1 for each in found.values())

    def test_measures_transfers_over_http(self) -> None:
        told = measured("http", "--accounts", 3, "--lots", 60, "--seconds", 0.02, "--json")
        assert told.exit_code == 0, told.output
        (found,) = json.loads(told.stdout)
        assert (found["name"], found["conditions"]["transfers"]) == ("http", 60)
        assert found["ratio"] == found["value"] / found["baseline_value"]

    def test_a_replay_that_disagrees_is_no_measurement(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(replay, "transfers_of", lambda *_: [])
        monkeypatch.setattr(replay, "load", fewer)
        with pytest.raises(RuntimeError, match="the replay has 1 transfers of 0"):
            replay.measure(3, 12, 1.0)
        monkeypatch.setattr(replay, "_replay_seconds", lambda *_: 1.0)
        with pytest.raises(RuntimeError, match="the replay disagrees"):
            replay.measure(3, 12, 1.0)

    def test_shows_a_table_with_the_conditions(self) -> None:
        told = measured("start", "--accounts", 3, "--lots", 12)
        assert told.exit_code == 0
        assert "baseline" in told.stdout
        assert "'accounts': 3" in told.stdout

    def test_knows_its_measures(self) -> None:
        assert measured("weather").exit_code == 2
        assert set(MEASURES) >= {"transfers", "proofs", "start"}


def test_a_loaded_state_is_the_committed_one(tmp_path: Path) -> None:
    engine, application = node(tmp_path, SIZES)
    engine.make_block([])
    application.store.close()
    start.load(tmp_path)
    database = Database(tmp_path / "ledger")
    loaded = LedgerStore(database).load()
    database.close()
    assert loaded is not None and loaded[0].app_hash == application.app_hash


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(world, "settle_memory", lambda: None)
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("handler")
def test_it_is_served_until_it_is_asked_to_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def serve() -> dict[str, object]:
        serving = asyncio.create_task(world._serve(tmp_path, SIZES))
        _, writer = await transfers._connected(tmp_path / "ledger.sock")
        writer.close()
        said: dict[str, object] = await asyncio.to_thread(ask, tmp_path / "ledger.sock", "status")
        os.kill(os.getpid(), signal.SIGTERM)
        await serving
        return said

    said = asyncio.run(asyncio.wait_for(serve(), MOST_SECONDS))
    assert said["chain_id"] == CHAIN_ID
    assert capsys.readouterr().out == "ready\n"


def test_a_ledger_that_refuses_or_leaves_is_no_measurement(tmp_path: Path) -> None:
    async def against(answer: bytes) -> None:
        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1 << 16)
            writer.write(answer)
            await writer.drain()
            writer.close()

        server = await asyncio.start_unix_server(meet, tmp_path / "ledger.sock")
        try:
            await transfers._load(tmp_path, [b"transfer"])
        finally:
            server.close()

    with pytest.raises(RuntimeError, match="closed the socket"):
        asyncio.run(asyncio.wait_for(against(b""), MOST_SECONDS))
    (tmp_path / "ledger.sock").unlink(missing_ok=True)
    refusal = frame(Kind.REJECTED, 0, b"why")
    with pytest.raises(RuntimeError, match="a transfer was not taken: b'why'"):
        asyncio.run(asyncio.wait_for(against(refusal), MOST_SECONDS))


def test_a_ledger_that_does_not_start_is_no_measurement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "true")
    with pytest.raises(RuntimeError, match="did not start"):
        transfers.load(tmp_path, SIZES, [])


def test_memory_of_a_process_that_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_text", lambda _: "Name: x\n")
    assert processes.memory_mib(os.getpid()) == 0


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (("--accounts", "0"), "0 is not in the range x>=1"),
        (("--lots", "0"), "0 is not in the range x>=1"),
        (("--seconds", "0"), "0.0 is not in the range x>0"),
        (("--accounts", "9", "--lots", "8"), "8 lots are not enough for 9 accounts"),
    ],
)
def test_sizes_of_nothing_are_refused(told: tuple[str, ...], sentence: str) -> None:
    result = CliRunner().invoke(bench, ["transfers", *told])
    assert result.exit_code == 2
    assert sentence in result.output
