"""A full disk under one validator stops it alone; with room again it comes back.

The disk is a small tmpfs of the test's own, so this test needs the right to mount.
"""

import random
import time
from pathlib import Path
from typing import Final

import pytest

from tests.effort import effort
from tests.faults.network.market import Market
from tests.faults.network.running import FAULT_SECONDS, Net, four
from tests.faults.network.starting import Started, started
from tests.faults.small_disk import fill, small_disk

DISK_BYTES: Final = 64 * 1024 * 1024
LEAST_LEFT, MOST_LEFT = 20_000, 200_000
"""Bytes that the running validator finds free from one moment on."""
SEEDS: Final = effort(sample=1, soak=20)
VICTIM: Final = 3


def until_it_ends(net: Net, victim: Started) -> None:
    """Acts through another validator until the one whose disk is full has stopped."""
    end = time.monotonic() + FAULT_SECONDS
    while victim.process.poll() is None:
        assert time.monotonic() < end, "it doesn't stop"
        net.commit(0, 5)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_full_disk_stops_one_and_the_others_go_on(
    tmp_path: Path, market: Market, seed: int
) -> None:
    left = random.Random(seed).randrange(LEAST_LEFT, MOST_LEFT)
    with small_disk(tmp_path / "node4", DISK_BYTES) as disk, four(tmp_path, market) as net:
        net.commit(VICTIM, 2)
        node = net.nodes[VICTIM]
        node.stop()
        with started(node, tmp_path / "log") as victim:
            net.goes_on(0, 1, 2, VICTIM)
            filler = fill(disk, left)
            until_it_ends(net, victim)
            cause = victim.ended()
            # The ledger says by itself why it ends; of the engine, the last line says it.
            words = victim.said() if cause.startswith("the ledger ended") else cause
            assert "no space left on device" in words.lower()
        net.goes_on(0, 1, 2)
        net.commit(1)
        filler.unlink()
        node.start()
        net.goes_on(0, 1, 2, VICTIM)
        net.commit(VICTIM)
        net.agree()
