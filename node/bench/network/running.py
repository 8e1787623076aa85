"""Validators as processes of this machine: an application and its CometBFT each."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cfi.node.bench.network.homes import Planned, make_homes
from cfi.node.bench.processes import children_of, cpu_seconds
from cfi.node.consensus.cometbft.binary import find_engine
from cfi.node.home import Home
from cfi.node.tether import end, tethered

_PATIENCE_SECONDS: Final = 600.0
"""For all to build their worlds at the same time, or for one to take over a large one."""
_STOP_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.02
LEDGER: Final = "ledger"
BARE: Final = "bare"


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds."""

    application: float
    beside: float
    """Of the processes that the application started: the ledger's verifier and its trees."""
    engine: float

    @property
    def total(self) -> float:
        """All together."""
        return self.application + self.beside + self.engine

    def shared_by(self, count: int) -> "Spent":
        """A share of each."""
        return Spent(self.application / count, self.beside / count, self.engine / count)


class Validator:
    """An application, the ledger or the bare one, and its CometBFT."""

    def __init__(self, home: Home, kind: str) -> None:
        self.home = home
        self._kind = kind
        self._application: subprocess.Popen[bytes] | None = None
        self._engine: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start the application; it opens its socket when its world stands."""
        self.home.abci_socket.unlink(missing_ok=True)
        where = self.home.root if self._kind == LEDGER else self.home.abci_socket
        module = f"cfi.node.bench.network.{self._kind}"
        self._application = self._start([sys.executable, "-m", module, str(where)])

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait while both run until something holds; raises RuntimeError with what didn't."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while not holds():
            self.require_running()
            if time.monotonic() > end:
                raise RuntimeError(f"{self.home.root} doesn't {what}")
            time.sleep(_LOOK_SECONDS)

    def wait_for_application(self) -> None:
        """Until its socket is there; raises RuntimeError."""
        self.until(self.home.abci_socket.exists, "open its socket")

    def follow(self) -> None:
        """Start CometBFT when the application's socket is there; raises RuntimeError."""
        self.wait_for_application()
        engine = str(find_engine(None))
        self._engine = self._start([engine, "start", "--home", str(self.home.root)])

    def require_running(self) -> None:
        """Raise RuntimeError where one of the two has ended."""
        for process in self._processes():
            if process.poll() is not None:
                raise RuntimeError(f"a process ended: {self._log.read_text()[-2_000:]}")

    def ledger_processes(self) -> list[int]:
        """The application, and what it started."""
        application, _ = self._processes()
        return [application.pid, *children_of(application.pid)]

    def kill(self) -> None:
        """SIGKILL to both."""
        for process in self._processes():
            process.kill()
            process.wait()
        self._application = self._engine = None

    def stop(self) -> None:
        """SIGTERM to both, the engine first: it takes a lost application for a failure."""
        for process in reversed(self._processes()):
            end(process, _STOP_SECONDS)
        self._application = self._engine = None

    def spent(self) -> Spent:
        """CPU seconds of its processes since they were started."""
        application, engine = self._processes()
        return Spent(
            cpu_seconds(application.pid),
            sum(map(cpu_seconds, children_of(application.pid))),
            cpu_seconds(engine.pid),
        )

    @property
    def _log(self) -> Path:
        return self.home.root / "log"

    def _processes(self) -> "list[subprocess.Popen[bytes]]":
        return [each for each in (self._application, self._engine) if each is not None]

    def _start(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(
                tethered(command), cwd=self.home.root, stdout=log, stderr=subprocess.STDOUT
            )


@contextmanager
def running(folder: Path, plan: Planned, kind: str) -> Iterator[list[Validator]]:
    """A new network for a while; its homes stay."""
    validators = [Validator(home, kind) for home in make_homes(folder, plan)]
    try:
        for each in validators:
            each.begin()
        for each in validators:
            each.follow()
        yield validators
    finally:
        for each in validators:
            each.stop()
