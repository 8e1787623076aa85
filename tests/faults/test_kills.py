"""Killed at any moment, the ledger loses nothing that it acknowledged and does nothing twice.

Each seed is one home and a few lives, each ended by SIGKILL under load.  (RB 2.7.4)
"""

import random
from pathlib import Path

import pytest

from cfi.node.link import Kind
from tests.effort import effort
from tests.faults.running import Client, Load, new_home, replayed, running

LIVES = 3
"""Kills in each home."""
LONGEST_SECONDS = 1.2


@pytest.mark.parametrize("seed", range(-(-effort(sample=6, soak=200) // LIVES)))
def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(seed: int, tmp_path: Path) -> None:
    load = Load(random.Random(seed))
    home = new_home(tmp_path / "home")
    for _ in range(LIVES):
        with running(home) as node:
            load.until_killed(node, load.chance.uniform(0, LONGEST_SECONDS))
    with running(home) as node:
        client = Client.of(node)
        load.look(client)
        assert client.answer(client.submit(load.fresh(1)[0]))[0] is Kind.COMMITTED
        client.link.close()
        node.stop()

    history = replayed(home)
    for act_id, told in load.acknowledged.items():
        assert history.places[act_id] == [told]
    assert all(len(places) == 1 for places in history.places.values())
    assert {height: history.roots[height] for height in load.roots} == load.roots
