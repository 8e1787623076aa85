"""Thousands of idle strangers at a validator's door: a node that is restarted, and dials it, is back in time."""

import resource
import time
from pathlib import Path
from typing import Final

from cfi.node.consensus.cometbft.knocks import PLACES
from tests.effort import effort
from tests.faults.network.strangers import strangers
from tests.network.joining import two_nodes
from tests.network.running import NetworkNode, until

SOCKETS: Final = 3 * PLACES
"""Were they all let through, a node would wait for its place for two handshakes' time."""
ADDRESSES: Final = [f"127.1.0.{number}" for number in range(1, 41)]
"""Together more than strangers are let through from."""
BACK_SECONDS: Final = 30.0
"""From the engine's start until it follows: it dials within 3 s, and again after 5 to 8 s."""
RESTARTS: Final = effort(sample=1, soak=25)


def peers(node: NetworkNode) -> int:
    """How many nodes it is connected with."""
    told: int = node.ask("status")["counters"]["peers"]
    return told


def allow_files(count: int) -> None:
    """Let this process and those that it starts have so many open files."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(now, count), max(most, count)))


def test_a_restarted_node_is_back_whatever_idle_strangers_do(tmp_path: Path) -> None:
    allow_files(2 * SOCKETS)
    with two_nodes(tmp_path) as (one, two):
        until(lambda: peers(one) == 1, one.ledger)
        with strangers(one.home.settings().p2p_listen, SOCKETS, ADDRESSES) as idle:
            until(lambda: idle.knocks > 2 * SOCKETS, one.ledger)
            for _ in range(RESTARTS):
                two.kill()
                until(lambda: peers(one) == 0, one.ledger)
                two.start()
                started, begun = time.monotonic(), one.height
                until(lambda: peers(two) == 1, one.ledger, two.engine, seconds=BACK_SECONDS)
                two.reach(begun + 1, BACK_SECONDS - (time.monotonic() - started))
