"""The supervisor, with real processes: all run, or none."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cfi.node import supervisor
from cfi.node.consensus.cometbft.engine_log import EngineLog
from cfi.node.supervisor import Part, Running, supervise

SLEEPS = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
PATIENCE_SECONDS = 20.0


def part(name: str, program: str, **told: object) -> Part:
    """A part that is a small program."""
    return Part(name=name, command=[sys.executable, "-c", program], **told)  # type: ignore[arg-type]


def await_that(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process still runs; one that has ended and waits for its parent doesn't."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Running]:
    """Every part that the supervisor starts."""
    found: list[Running] = []

    class Noted(Running):
        def __init__(self, *told: object) -> None:
            super().__init__(*told)  # type: ignore[arg-type]
            found.append(self)

    monkeypatch.setattr(supervisor, "Running", Noted)
    return found


def codes(started: list[Running]) -> dict[str, int | None]:
    return {each.part.name: each.process.returncode for each in started}


class TestTheEnd:
    @pytest.mark.parametrize("code", [0, 1, 7])
    def test_if_one_ends_all_end_and_the_cause_is_said(
        self, started: list[Running], code: int
    ) -> None:
        said: list[str] = []
        chosen = [part("ledger", f"raise SystemExit({code})"), part("gateway", SLEEPS)]
        assert supervise(chosen, said.append) == 1
        assert said == [f"the ledger ended with code {code}; stopping the others"]
        assert codes(started) == {"ledger": code, "gateway": -signal.SIGTERM}

    @pytest.mark.parametrize(
        ("number", "name"), [(signal.SIGKILL, "SIGKILL"), (signal.SIGRTMIN + 1, "signal 35")]
    )
    def test_a_part_that_was_killed_is_told_with_the_signal(self, number: int, name: str) -> None:
        said: list[str] = []
        killed = f"import os; os.kill(os.getpid(), {number:d})"
        assert supervise([part("gateway", SLEEPS), part("ledger", killed)], said.append) == 1
        assert said == [f"the ledger was ended by {name}; stopping the others"]

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_stops_all(self, started: list[Running], number: signal.Signals) -> None:
        before = signal.getsignal(number)

        def send() -> None:
            await_that(lambda: len(started) == 2)
            os.kill(os.getpid(), number)

        thread = threading.Thread(target=send)
        thread.start()
        said: list[str] = []
        assert supervise([part("ledger", SLEEPS), part("gateway", SLEEPS)], said.append) == 0
        thread.join()
        assert said == []
        assert codes(started) == {"ledger": -signal.SIGTERM, "gateway": -signal.SIGTERM}
        assert signal.getsignal(number) is before

    def test_what_does_not_end_is_killed(
        self, started: list[Running], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(supervisor, "_PATIENCE_SECONDS", 0.5)
        ready = tmp_path / "ready"
        stubborn = STUBBORN.replace(
            "time.sleep(60)", f"open({str(ready)!r}, 'w').close(); time.sleep(60)"
        )
        waits = f"import os, time\nwhile not os.path.exists({str(ready)!r}): time.sleep(0.02)"
        assert supervise([part("ledger", waits), part("gateway", stubborn)], lambda _: None) == 1
        assert codes(started) == {"ledger": 0, "gateway": -signal.SIGKILL}

    def test_if_the_supervisor_is_killed_its_parts_end(self, tmp_path: Path) -> None:
        note = tmp_path / "pid"
        writes = (
            f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
        )
        program = (
            "import sys; from cfi.node.supervisor import Part, supervise; "
            f"supervise([Part(name='ledger', command=[sys.executable, '-c', {writes!r}])], print)"
        )
        with subprocess.Popen([sys.executable, "-c", program]) as parent:
            await_that(lambda: note.exists() and note.read_text() != "")
            pid = int(note.read_text())
            assert alive(pid)
            parent.kill()
        await_that(lambda: not alive(pid))


class TestAPartThatNeedsAnother:
    SERVES = """\
import signal, socket, time
def end(*_):
    open({ended!r}, "w").write(str(time.monotonic()))
    raise SystemExit(0)
signal.signal(signal.SIGTERM, end)
time.sleep(0.3)
server = socket.socket(socket.AF_UNIX)
server.bind({path!r})
time.sleep(60)
"""

    def test_starts_when_its_socket_is_there_and_ends_before(
        self, started: list[Running], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(supervisor, "_CAUSE_SECONDS", 0.2)
        path, ended = tmp_path / "socket", tmp_path / "ended"
        left = socket.socket(socket.AF_UNIX)
        left.bind(str(path))
        left.close()
        serves = self.SERVES.format(path=str(path), ended=str(ended))
        asks = f"import os, sys; sys.exit(0 if os.path.exists({str(path)!r}) else 9)"
        said: list[str] = []
        chosen = [part("engine", asks, needs=path), part("ledger", serves)]
        assert supervise(chosen, said.append) == 1
        assert said == ["the engine ended with code 0; stopping the others"]
        assert [each.part.name for each in started] == ["ledger", "engine"]
        assert codes(started)["ledger"] == 0

    def test_that_ends_first_is_not_the_cause_if_the_other_ends_too(self, tmp_path: Path) -> None:
        path = tmp_path / "socket"
        serves = (
            "import socket, time; server = socket.socket(socket.AF_UNIX); "
            f"server.bind({str(path)!r}); server.listen(); link = server.accept()[0]; "
            "link.close(); time.sleep(0.5); raise SystemExit(1)"
        )
        asks = (
            "import socket, time; link = socket.socket(socket.AF_UNIX); "
            f"time.sleep(0.3); link.connect({str(path)!r}); link.recv(1)"
        )
        said: list[str] = []
        chosen = [part("ledger", serves), part("engine", asks, needs=path)]
        assert supervise(chosen, said.append) == 1
        assert said == ["the ledger ended with code 1; stopping the others"]

    def test_is_not_waited_for_without_end(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(supervisor, "_START_SECONDS", 0.2)
        said: list[str] = []
        path = tmp_path / "socket"
        chosen = [part("ledger", SLEEPS), part("engine", SLEEPS, needs=path)]
        assert supervise(chosen, said.append) == 1
        assert said == [f"nothing serves {path}, which the engine needs; stopping the others"]


def test_a_part_is_tended_while_it_runs(
    started: list[Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_TEND_SECONDS", 0.02)
    tended: list[int] = []

    def tend(process: int) -> str:
        tended.append(process)
        if len(tended) == 3:
            os.kill(process, signal.SIGKILL)
        return "was seen to" if len(tended) == 2 else ""

    said: list[str] = []
    assert supervise([part("engine", SLEEPS, tend=tend)], said.append) == 1
    assert said == [
        "the engine was seen to",
        "the engine was ended by SIGKILL; stopping the others",
    ]
    assert tended[:3] == [started[0].process.pid] * 3


def test_an_engine_speaks_in_our_log_and_its_last_words_are_the_cause() -> None:
    said: list[str] = []
    program = (
        'print(\'{"level":"error","_msg":"no blocks","err":"disk full","ts":"now"}\', flush=True); '
        "raise SystemExit(2)"
    )
    assert (
        supervise([part("engine", program, log=EngineLog("node1", lambda: 12))], said.append) == 1
    )
    line = (
        '{"time": "now", "node": "node1", "process": "engine", "level": "error", '
        '"message": "no blocks", "error": "disk full"}'
    )
    assert said == [
        line,
        "the engine ended with code 2 (no blocks: disk full); stopping the others",
    ]


def test_if_one_says_that_it_has_halted_all_end(started: list[Running]) -> None:
    said: list[str] = []
    line = '{"level":"error","_msg":"CONSENSUS FAILURE!!!","err":"no key","ts":"now"}'
    halts = f"import time; print({line!r}, flush=True); time.sleep(60)"
    chosen = [part("ledger", SLEEPS), part("engine", halts, log=EngineLog("node1", lambda: 12))]
    assert supervise(chosen, said.append) == 1
    assert said[1:] == ["the engine has halted (CONSENSUS FAILURE!!!: no key); stopping the others"]
    assert codes(started) == {"ledger": -signal.SIGTERM, "engine": -signal.SIGTERM}


def test_one_that_halts_because_the_other_ended_is_not_the_cause(tmp_path: Path) -> None:
    path, begun = tmp_path / "socket", tmp_path / "begun"
    serves = f"""
import os, socket, time
server = socket.socket(socket.AF_UNIX)
server.bind({str(path)!r})
while not os.path.exists({str(begun)!r}):
    time.sleep(0.01)
time.sleep(0.5)
raise SystemExit(1)
"""
    line = '{"level":"error","_msg":"CONSENSUS FAILURE!!!","err":"connection reset","ts":"now"}'
    halts = f"""
import time
print({line!r}, flush=True)
print({line!r}, flush=True)
open({str(begun)!r}, "w").close()
time.sleep(60)
"""
    log = EngineLog("node1", lambda: 12)
    said: list[str] = []
    chosen = [part("ledger", serves), part("engine", halts, needs=path, log=log)]
    assert supervise(chosen, said.append) == 1
    assert said[2:] == ["the ledger ended with code 1; stopping the others"]


def test_a_part_runs_where_it_is_told(tmp_path: Path) -> None:
    program = "import os; open('here', 'w').write(os.getcwd())"
    supervise([part("engine", program, folder=tmp_path)], lambda _: None)
    assert (tmp_path / "here").read_text() == str(tmp_path)
