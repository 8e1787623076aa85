"""A validator whose clock is slow, ledger and engine alike: a little is told, too much stops that
one alone, and keeps it out if it is started again.
"""

import json
import subprocess
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from cfi.contracts.wire.commits import BlockIdFlag
from cfi.node.command_line import EXIT_UNREACHABLE
from tests.clock import VARIABLE, build_with_clock
from tests.effort import effort
from tests.faults.network.market import Market
from tests.faults.network.running import FAULT_SECONDS, Net, four
from tests.faults.network.starting import CFI, Started, started
from tests.network.running import until

VICTIM: Final = 3
SLOW, TOO_SLOW = 30, 90
RUNS: Final = effort(sample=1, soak=10)
TOLD: Final = "too far in the future"
PYTHONS_CLOCK: Final = f"""
import os, time
_off, _nanos = int(os.environ["{VARIABLE}"]), time.time_ns
time.time_ns = lambda: _nanos() + _off * 1_000_000_000
time.time = lambda: time.time_ns() / 1e9
"""
"""What a node's Python runs first, as it finds it beside its packages under a certain name."""


def slow(net: Net, seconds: int) -> AbstractContextManager[Started]:
    """The victim, started with a clock that is so much behind."""
    node = net.nodes[VICTIM]
    folder = node.home.root.parent
    (folder / "sitecustomize.py").write_text(PYTHONS_CLOCK)
    environment = {VARIABLE: str(-seconds), "PYTHONPATH": str(folder)}
    log = folder / f"log-{len(list(folder.glob('log-*')))}"
    return started(node, log, build_with_clock(), environment)


def readiness(node: Started) -> dict[str, Any]:
    """What the gateway answers on /readyz; empty while nobody answers."""
    try:
        with urlopen(f"http://{node.gateway}/readyz", timeout=10) as answer:
            told = json.load(answer)
    except HTTPError as error:
        told = json.load(error)
    except OSError:
        told = {}
    return dict(told)


def says_clock_off(node: Started) -> bool:
    return readiness(node).get("code") == "clock-off"


def status(net: Net) -> dict[str, Any]:
    """What `cfi status` tells of the victim; empty while its ledger doesn't answer."""
    command = [*CFI, "status", "--json", "--home", str(net.nodes[VICTIM].home.root)]
    asked = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    assert asked.returncode in (0, EXIT_UNREACHABLE)
    return dict(json.loads(asked.stdout)) if asked.stdout else {}


def votes(net: Net, height: int) -> int:
    """How many voted for a block, by the next one; the tip isn't in the files yet."""
    signatures = net.nodes[0].block(height + 1).last_commit.signatures
    return sum(each.flag is BlockIdFlag.COMMIT for each in signatures)


@pytest.mark.parametrize("_run", range(RUNS))
def test_a_clock_30_s_slow_is_told_and_harms_nobody(
    tmp_path: Path, market: Market, _run: int
) -> None:
    with four(tmp_path, market) as net:
        net.commit(VICTIM, 2)
        net.nodes[VICTIM].stop()
        with slow(net, SLOW) as victim:
            until(lambda: says_clock_off(victim), victim.process, seconds=FAULT_SECONDS)
            top = net.goes_on(0, 1, 2, VICTIM)
            until(lambda: votes(net, net.nodes[0].height - 2) == 4, seconds=FAULT_SECONDS)
            net.commit(0, 3)
            assert net.nodes[0].height > top
            assert -SLOW - 1 < status(net)["clock_off_seconds"] < -SLOW + 10
        net.nodes[VICTIM].start()
        net.goes_on(0, 1, 2, VICTIM)
        net.agree()


@pytest.mark.parametrize("_run", range(RUNS))
def test_a_clock_90_s_slow_stops_that_one_and_keeps_it_out(
    tmp_path: Path, market: Market, _run: int
) -> None:
    with four(tmp_path, market) as net:
        net.commit(VICTIM, 2)
        net.goes_on(0, 1, 2, VICTIM)
        for node in net.nodes:
            node.stop()
        # Two of four decide nothing, so it doesn't fall behind and votes from now on.
        net.nodes[0].start()
        with slow(net, TOO_SLOW) as victim:
            until(lambda: readiness(victim) != {}, victim.process, seconds=FAULT_SECONDS)
            until(lambda: status(net).get("catching_up") is False, victim.process, seconds=FAULT_SECONDS)
            net.nodes[1].start()
            net.nodes[2].start()
            net.goes_on(0, 1, 2, blocks=5)
            assert TOLD in victim.ended()
        net.commit(0, 3)

        with slow(net, TOO_SLOW) as victim:
            until(lambda: says_clock_off(victim), victim.process, seconds=FAULT_SECONDS)
            until(lambda: TOLD in victim.said(), victim.process, seconds=FAULT_SECONDS)
            top = net.goes_on(0, 1, 2, blocks=5)
            net.commit(1, 3)
            assert net.nodes[VICTIM].height < top
            assert says_clock_off(victim)
            net.nodes[0].reach(top + 1, FAULT_SECONDS)
            assert votes(net, top - 1) == 3
        net.nodes[VICTIM].start()
        net.goes_on(0, 1, 2, VICTIM)
        net.commit(VICTIM)
        net.agree()
