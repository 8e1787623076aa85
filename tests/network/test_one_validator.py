"""One validator under real CometBFT: acts, and crashes of either side at any moment."""

import random
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from cfi.client.wallet.transactions import act_id_of
from cfi.node.home import Home
from cfi.node.link import Kind
from tests.effort import effort
from tests.faults.running import Load, application, replayed
from tests.network.running import QUICK, START_SECONDS, NetworkNode, commit_all, network, until

RUNS: Final = effort(sample=1, soak=17)
KILLS: Final = 3
ACTS: Final = [application(number) for number in range(12)]


def agree(node: NetworkNode) -> dict[bytes, list[object]]:
    """A stopped node's block files replay to the roots in its headers; where each act stands."""
    history = replayed(node.home)
    assert all(len(places) == 1 for places in history.places.values())
    return {act_id: places[0] for act_id, places in history.places.items()}


@dataclass(frozen=True, slots=True)
class Side:
    """What is killed of a node: its engine, its ledger, or both at once."""

    node: NetworkNode
    which: str

    @property
    def home(self) -> Home:
        return self.node.home

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        return self.node.process

    def said(self) -> str:
        return self.node.said()

    def kill(self) -> None:
        """Kill it; the other ends by itself, or as the supervisor ends it."""
        ledger, engine = self.node.ledger, self.node.engine
        assert ledger is not None
        assert engine is not None
        if self.which == "ledger":
            ledger.kill()
            # It can hang in its own end when many transactions wait; the supervisor kills it then.
            with suppress(subprocess.TimeoutExpired):
                engine.wait(3.0)
        elif self.which == "engine":
            engine.kill()
            ledger.terminate()
            assert ledger.wait(START_SECONDS) == 0, self.said()
        self.node.kill()


def test_acts_are_decided_once_with_the_receipt_that_a_replay_gives(tmp_path: Path) -> None:
    with network(tmp_path, 1) as (node,):
        with node.client() as client:
            told = commit_all(client, ACTS)
            kind, content = client.answer(client.submit(ACTS[0]))
            assert (kind, content[0]) == (Kind.REJECTED, "DUPLICATE")
            for act, (height, index, receipt) in zip(ACTS, told, strict=True):
                shown = client.ask("act", act_id=act_id_of(act))
                assert (shown["height"], shown["index"], shown["receipt"]) == (height, index, receipt)
                assert shown["transaction"] == act
        # A block goes into the files when the next one is there.
        node.reach(told[-1][0] + 2)
        node.stop()
        places = agree(node)
        assert [places[act_id_of(act)] for act in ACTS] == told


@pytest.mark.parametrize("side", ["both", "ledger", "engine"])
@pytest.mark.parametrize("run", range(RUNS))
def test_a_crash_loses_nothing(tmp_path: Path, side: str, run: int) -> None:
    chance = random.Random(f"{side} {run}")
    load = Load(chance)
    with network(tmp_path, 1) as (node,):
        for _ in range(KILLS):
            until(node.home.engine_socket.exists, node.ledger, node.engine)
            load.until_killed(Side(node, side), chance.uniform(0.2, 1.2))
            node.start()
        with node.client() as client:
            load.look(client)
            after = load.fresh(3)
            told = commit_all(client, after)
            node.reach(node.height + 2)
        node.stop()
        places = agree(node)
        for act_id, place in load.acknowledged.items():
            assert places[act_id] == place
        assert [places[act_id_of(act)] for act in after] == told


def test_after_a_pause_an_empty_block_sets_the_time_first(tmp_path: Path) -> None:
    with network(tmp_path, 1) as (node,), node.client() as client:
        commit_all(client, ACTS[:1])
        time.sleep(0.9)
        began = time.time()
        ((height, _, _),) = commit_all(client, ACTS[1:2])
        node.reach(height + 1)
        assert node.block(height).header.time.total_nanos / 1e9 >= began
        assert node.block(height - 1).transactions == ()


def test_a_root_is_proved_soon_by_an_empty_block(tmp_path: Path) -> None:
    never = replace(QUICK, empty_block_seconds=3_600.0)
    with network(tmp_path, 1, never) as (node,), node.client() as client:
        ((height, _, _),) = commit_all(client, ACTS[:1])
        node.reach(height + 1)
