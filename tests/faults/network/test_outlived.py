"""Kills, pauses and cuts, one after another in any order: after all of them nothing is lost, nothing
is there twice, nobody has forked, and there are as many tonnes as before.
"""

import random
from pathlib import Path
from typing import Final

import pytest

from tests.effort import effort
from tests.faults.network.market import Market
from tests.faults.network.outlived import OUTLIVED
from tests.faults.network.running import four

SEEDS: Final = effort(sample=1, soak=10)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_validators_outlive_kills_pauses_and_cuts(
    tmp_path: Path, market: Market, seed: int
) -> None:
    chance = random.Random(seed)
    with four(tmp_path, market) as net:
        net.commit(0, 2)
        for fault in chance.sample(OUTLIVED, len(OUTLIVED)):
            fault(net, chance)
            net.in_step()
        net.agree()
