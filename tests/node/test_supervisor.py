"""The supervisor, with real processes: all run, or none."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cfi.node import supervisor
from cfi.node.home import Home
from cfi.node.supervisor import Part, parts, supervise

SLEEPS = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


def part(name: str, program: str) -> Part:
    """A part that is a small program."""
    return Part(name, [sys.executable, "-c", program])


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every process that the supervisor starts."""
    found: list[subprocess.Popen[bytes]] = []
    honest = subprocess.Popen

    def popen(command: list[str]) -> subprocess.Popen[bytes]:
        found.append(honest(command))
        return found[-1]

    monkeypatch.setattr(subprocess, "Popen", popen)
    return found


@pytest.mark.parametrize("code", [0, 1, 7])
def test_if_one_ends_all_end_and_the_cause_is_said(
    started: list[subprocess.Popen[bytes]], code: int
) -> None:
    said: list[str] = []
    chosen = [part("ledger", f"raise SystemExit({code})"), part("gateway", SLEEPS)]
    assert supervise(chosen, said.append) == 1
    assert said == [f"the ledger ended with code {code}; stopping the others"]
    assert [each.returncode for each in started] == [code, -signal.SIGTERM]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_all(started: list[subprocess.Popen[bytes]], number: signal.Signals) -> None:
    before = signal.getsignal(number)

    def send() -> None:
        while len(started) < 2:
            time.sleep(0.02)
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=send)
    thread.start()
    said: list[str] = []
    assert supervise([part("ledger", SLEEPS), part("gateway", SLEEPS)], said.append) == 0
    thread.join()
    assert said == []
    assert [each.returncode for each in started] == [-signal.SIGTERM] * 2
    assert signal.getsignal(number) is before


def test_what_does_not_end_is_killed(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(supervisor, "_PATIENCE_SECONDS", 0.5)
    ready = tmp_path / "ready"
    stubborn = STUBBORN.replace(
        "time.sleep(60)", f"open({str(ready)!r}, 'w').close(); time.sleep(60)"
    )
    waits = f"import os, time\nwhile not os.path.exists({str(ready)!r}): time.sleep(0.02)"
    assert supervise([part("ledger", waits), part("gateway", stubborn)], lambda _: None) == 1
    assert [each.returncode for each in started] == [0, -signal.SIGKILL]


def test_a_node_is_a_ledger_and_a_gateway(tmp_path: Path) -> None:
    home = Home(tmp_path)
    ledger, gateway = parts(home, "127.0.0.1:9")
    assert (ledger.name, gateway.name) == ("ledger", "gateway")
    assert ledger.command[1:] == ["-m", "cfi.node.ledger_process", str(tmp_path)]
    assert gateway.command[-4:] == ["--socket", str(home.socket), "--listen", "127.0.0.1:9"]
