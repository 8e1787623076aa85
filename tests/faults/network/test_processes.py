"""Validators whose processes are killed or paused: the others go on, and they come back."""

import random
import signal
from pathlib import Path
from typing import Final

import pytest

from tests.effort import effort
from tests.faults.network.running import Net, four
from tests.faults.network.worlds import TRANSFERS

SEEDS: Final = effort(sample=1, soak=10)
KILLS: Final = effort(sample=1, soak=5)
"""Of each kind in each network: 50 in all under `make soak`."""


def kill(net: Net, index: int, side: str) -> None:
    """End one validator: its ledger, its engine, or both at once. The other side ends, too."""
    node = net.nodes[index]
    assert node.ledger is not None and node.engine is not None
    if side == "ledger":
        node.ledger.kill()
        node.engine.wait(60.0)
    elif side == "engine":
        node.engine.kill()
        node.engine.wait()
        node.ledger.terminate()
        assert node.ledger.wait(60.0) == 0, node.said()
    node.kill()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_killed_validator_comes_back(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with four(tmp_path, world=TRANSFERS) as net:
        net.commit(0, 2)
        for side in ("both", "ledger", "engine") * KILLS:
            victim = chance.randrange(4)
            others = [index for index in range(4) if index != victim]
            client = net.nodes[others[0]].client()
            acts = net.fresh(20)
            tags = [client.submit(act) for act in acts]
            client.listen(chance.uniform(0, 0.6))
            kill(net, victim, side)
            net.acknowledged.update(
                (act_id, client.committed(tag))
                for act_id, tag in zip(net.ids(acts), tags, strict=True)
            )
            client.link.close()
            net.goes_on(*others)
            net.nodes[victim].start()
            net.goes_on(0, 1, 2, 3)
            net.commit(victim)
        net.agree()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_all_killed_at_once_come_back(tmp_path: Path, seed: int) -> None:
    with four(tmp_path, world=TRANSFERS) as net:
        for _ in range(KILLS):
            net.commit(seed % len(net.nodes), 5)
            for node in net.nodes:
                node.kill()
            for node in net.nodes:
                node.start()
        net.commit(2)
        net.agree()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_paused_validator_comes_back(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with four(tmp_path, world=TRANSFERS) as net:
        net.commit(0, 2)
        for side in ("ledger", "engine") * KILLS:
            victim = chance.randrange(4)
            others = [index for index in range(4) if index != victim]
            node = net.nodes[victim]
            process = node.ledger if side == "ledger" else node.engine
            assert process is not None
            process.send_signal(signal.SIGSTOP)
            net.goes_on(*others, blocks=3)
            net.commit(others[0])
            process.send_signal(signal.SIGCONT)
            net.goes_on(0, 1, 2, 3)
            net.commit(victim)
        net.agree()
