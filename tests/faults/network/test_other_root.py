"""A validator whose ledger comes to another app hash stops by itself, and the others go on."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from cfi.node.home import Home
from cfi.node.settings import settings_text
from tests.effort import effort
from tests.faults.network.market import Market
from tests.faults.network.planted import OTHER_ROOT, whole_node
from tests.faults.network.running import FAULT_SECONDS, Net, four
from tests.network.running import free_address, until

TIMES = effort(sample=1, soak=5)
VICTIM, OTHERS = 3, (0, 1, 2)


@contextmanager
def started(command: list[str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A whole node that is gone at the end, and its parts with it."""
    with log.open("wb") as out, subprocess.Popen(command, stderr=out) as process:
        try:
            yield process
        finally:
            process.terminate()


def with_gateway_on_a_free_port(home: Home) -> None:
    chosen = replace(home.settings(), listen=free_address(1))
    home.settings_file.write_text(settings_text(chosen))


def forget_all_but_what_was_signed(home: Home) -> None:
    """What the operator's guide says to do."""
    for path in home.validator_state.parent.iterdir():
        if path.is_dir():
            shutil.rmtree(path)


def ended_naming(process: "subprocess.Popen[bytes]", log: Path, height: int) -> bool:
    """Whether it ends by itself, and one line says why and names the height."""
    code = process.wait(FAULT_SECONDS)
    causes = [line for line in log.read_text().splitlines() if line.startswith("the engine ")]
    named = (
        f"after height {height} this ledger's app hash is not the one that the validators signed"
    )
    return code == 1 and len(causes) == 1 and named in causes[0]


def let_it_come_to_another_root(net: Net, log: Path) -> int:
    """Returns the height at which it did, once it has stopped."""
    victim = net.nodes[VICTIM]
    with started(whole_node(OTHER_ROOT, victim.home), log) as process:
        goal = net.nodes[0].height + 2
        until(lambda: victim.height >= goal, process, seconds=FAULT_SECONDS)
        height = net.commit(0)
        assert ended_naming(process, log, height), log.read_text()[-4000:]
    return height


@pytest.mark.parametrize("_time", range(TIMES))
def test_a_validator_with_another_app_hash_stops_and_names_the_height(
    tmp_path: Path, market: Market, _time: int
) -> None:
    with four(tmp_path, market) as net:
        net.commit(0, 3)
        net.goes_on(0, 1, 2, 3)
        victim = net.nodes[VICTIM]
        victim.stop()
        with_gateway_on_a_free_port(victim.home)
        height = let_it_come_to_another_root(net, tmp_path / "planted.log")
        net.goes_on(*OTHERS)
        net.commit(1, 3)

        again = tmp_path / "again.log"
        command = [sys.executable, "-m", "cfi.node", "start", "--home", str(victim.home.root)]
        with started(command, again) as process:
            assert ended_naming(process, again, height), again.read_text()[-4000:]

        forget_all_but_what_was_signed(victim.home)
        victim.start()
        net.goes_on(0, 1, 2, 3)
        net.commit(VICTIM, 3)
        net.agree()
