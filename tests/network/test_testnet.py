"""`cfi testnet`: four validators made by one command, run by another, with one log and one exit."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from cfi.node.ask import FaultError, UnreachableError, ask
from cfi.node.home import Home
from cfi.node.network.places import network_homes
from tests.network.running import engine_program, free_address, until

CFI: Final = (sys.executable, "-c", "from cfi.node.main import main; main()")
COUNT: Final = 4
SECONDS: Final = 240.0


def cfi(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run the command to its end."""
    command = [*CFI, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The homes of a network that `cfi testnet` made."""
    engine_program()
    folder = tmp_path_factory.mktemp("net")
    (folder / "phrase").write_text("correct horse")
    ports = [free_address(1).rpartition(":")[2] for _ in range(2)]
    told = cfi(
        *("testnet", "-n", COUNT, folder / "out", "--chain-id", "sim-net"),
        *("--programme", "phase-1", "--clock-start", "2003-01-01"),
        *("--passphrase-file", folder / "phrase", "--timeout-commit", "0.1"),
        *("--p2p-port", ports[0], "--gateway-port", ports[1]),
    )
    assert told.returncode == 0, told.stderr
    assert "4 validators" in told.stdout
    return folder / "out"


@pytest.fixture
def started(net: Path, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The network, running."""
    with (tmp_path / "log").open("wb") as log:
        command = [*CFI, "testnet", "start", str(net)]
        process = subprocess.Popen(command, stderr=log)
    try:
        for home in network_homes(net):
            until(lambda home=home: ready(home), process, seconds=SECONDS)  # type: ignore[misc]
        yield process
    finally:
        process.kill()
        process.wait()


def ready(home: Home) -> bool:
    """What the node's gateway says of itself."""
    try:
        with urlopen(f"http://{home.settings().listen}/readyz", timeout=10) as answer:
            return bool(json.load(answer)["ready"])
    except (URLError, OSError):
        return False


def height(home: Home) -> int:
    """The last height that the node shows; 0 while it shows none."""
    try:
        return int(ask(home.socket, "status")["height"])
    except (UnreachableError, FaultError):
        return 0


def processes_in(net: Path) -> list[int]:
    """Those that still run in the network's homes."""
    found = []
    for each in Path("/proc").iterdir():
        try:
            where = f"{(each / 'cwd').readlink()} {(each / 'cmdline').read_text()}"
        except OSError:
            continue
        if each.name.isdecimal() and str(net) in where:
            found.append(int(each.name))
    return found


def test_four_validators_start_agree_and_stop_as_one(
    net: Path, started: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    homes = network_homes(net)
    assert len(homes) == COUNT
    until(lambda: all(height(home) >= 4 for home in homes), started, seconds=SECONDS)
    headers = {ask(home.socket, "light_block", height=3)["header"] for home in homes}
    assert len(headers) == 1
    told = cfi("status", "--home", homes[1].root, "--json")
    status: dict[str, Any] = json.loads(told.stdout)
    assert (status["engine"], status["peers"]) == ("cometbft", COUNT - 1)
    assert len(status["validators"]) == COUNT
    assert all(each["signed"] + each["missed"] == status["height"] for each in status["validators"])
    with urlopen(f"http://{homes[0].settings().listen}/metrics", timeout=10) as answer:
        assert f"cfi_ledger_peers {COUNT - 1}\n" in answer.read().decode()
    started.send_signal(signal.SIGTERM)
    assert started.wait(SECONDS) == 0
    assert processes_in(net) == []
    lines = (tmp_path / "log").read_text().splitlines()
    assert {json.loads(line)["node"] for line in lines} == {home.root.name for home in homes}


def test_if_the_command_is_killed_nothing_is_left(
    net: Path, started: "subprocess.Popen[bytes]"
) -> None:
    assert len(processes_in(net)) > COUNT
    started.kill()
    started.wait()
    until(lambda: processes_in(net) == [], seconds=SECONDS)


def test_if_one_part_ends_all_end_and_the_cause_is_said(
    net: Path, started: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    root = network_homes(net)[2].root
    ledgers = [
        number
        for number in processes_in(net)
        if f"ledger_process\0{root}" in Path(f"/proc/{number}/cmdline").read_text()
    ]
    os.kill(ledgers[0], signal.SIGKILL)
    assert started.wait(SECONDS) == 1
    assert processes_in(net) == []
    log = (tmp_path / "log").read_text()
    (cause,) = [line for line in log.splitlines() if "; stopping the others" in line]
    assert cause.startswith("the node3 ledger was ended by SIGKILL"), cause
