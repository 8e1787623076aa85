"""`cfi start`: the ledger and the gateway as one command, one log, one exit.

If either ends by itself, both end, and the cause is said.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cfi.node.home import Home

_PATIENCE_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the node."""

    name: str
    command: list[str]


def parts(home: Home, listen: str) -> list[Part]:
    """The processes of a node."""
    python = [sys.executable, "-m"]
    return [
        Part("ledger", [*python, "cfi.node.ledger_process", str(home.root)]),
        Part(
            "gateway",
            [*python, "cfi.node.gateway", "--socket", str(home.socket), "--listen", listen],
        ),
    ]


def supervise(chosen: list[Part], say: Callable[[str], None]) -> int:
    """Run the parts until asked to stop or until one ends; returns the exit code."""
    stopping: list[int] = []
    previous = {
        number: signal.signal(number, lambda got, _: stopping.append(got))
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    running = [(part, subprocess.Popen(part.command)) for part in chosen]
    try:
        while not stopping:
            for part, process in running:
                code = process.poll()
                if code is not None:
                    say(f"the {part.name} ended with code {code}; stopping the others")
                    return 1
            time.sleep(_LOOK_SECONDS)
        return 0
    finally:
        _stop_all([process for _, process in reversed(running)])
        for number, handler in previous.items():
            signal.signal(number, handler)


def _stop_all(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    until = time.monotonic() + _PATIENCE_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
