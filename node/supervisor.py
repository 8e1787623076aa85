"""`cfi start`: the ledger, its engine and the gateway as one command, one log, one exit.

If one of them ends by itself, or says that it has halted, all end, and the cause is said. If this
process is killed, they end too: each is tethered to it.
"""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, Protocol

from cfi.node.tether import tethered

_PATIENCE_SECONDS: Final = 20.0
_START_SECONDS: Final = 300.0
"""For a ledger to read its whole state and open its socket."""
_LOOK_SECONDS: Final = 0.05
_CAUSE_SECONDS: Final = 5.0
"""For a part's end to be noticed after that of one which needs it."""
_HALT_CAUSE_SECONDS: Final = 1.0
"""The same after a halt: one that runs on may have halted by itself."""
_TEND_SECONDS: Final = 2.0

Say = Callable[[str], None]


class Log(Protocol):
    """Puts a part's own log lines into our form."""

    @property
    def last_words(self) -> str:
        """What it said of its end; empty if nothing."""
        ...

    @property
    def halted(self) -> bool:
        """Whether it said that it does its work no more, though it runs."""
        ...

    def rewritten(self, line: str) -> str:
        """One line."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One process of a node."""

    name: str
    command: list[str]
    folder: Path | None = None
    """Where it runs; here by default."""
    needs: Path | None = None
    """A socket of another part, which has to be there before this one starts; this one is stopped
    first.
    """
    log: Log | None = None
    """For a part that doesn't write our log itself."""
    tend: Callable[[int], str] | None = None
    """What is done to its process now and then while it runs; returns what happened to it in words,
    empty if nothing.
    """


class Running:
    """A part that was started; whoever waits for it hears of its end."""

    def __init__(self, part: Part, ended: "SimpleQueue[Running | None]", say: Say) -> None:
        self.part = part
        self._say = say
        pipe = None if part.log is None else subprocess.PIPE
        self.process = subprocess.Popen(
            tethered(part.command), cwd=part.folder, stdout=pipe, stderr=pipe and subprocess.STDOUT
        )
        self._ended = ended
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        if part.tend is not None:
            threading.Thread(target=self._tend, args=(part.tend,), daemon=True).start()

    def cause(self) -> str:
        """How it ended, in words."""
        how = _how_it_ended(self.process.returncode)
        words = "" if self.part.log is None else self.part.log.last_words
        return f"the {self.part.name} {how}" + (f" ({words})" if words else "")

    def stop(self, until: float) -> None:
        """Wait for the end until a moment of the steady clock; then it is killed."""
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._watcher.join()

    def _tend(self, tend: Callable[[int], str]) -> None:
        while not self._over.wait(_TEND_SECONDS):
            if said := tend(self.process.pid):
                self._say(f"the {self.part.name} {said}")

    def _watch(self) -> None:
        log, output = self.part.log, self.process.stdout
        if log is not None and output is not None:
            with output:
                for line in output:
                    self._say(log.rewritten(line.decode(errors="replace")))
                    if log.halted:
                        self._ended.put(self)
        self.process.wait()
        self._over.set()
        self._ended.put(self)


def supervise(chosen: Sequence[Part], say: Say) -> int:
    """Run the parts until asked to stop or until one ends; returns the exit code."""
    events: SimpleQueue[Running | None] = SimpleQueue()
    previous = {
        number: signal.signal(number, lambda *_: events.put(None))
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    running: list[Running] = []
    try:
        ended = _run(chosen, events, running, say)
        if ended is None:
            return 0
        say(f"{ended}; stopping the others")
        return 1
    finally:
        _stop_all(running)
        for number, handler in previous.items():
            signal.signal(number, handler)


def _run(
    chosen: Sequence[Part],
    events: "SimpleQueue[Running | None]",
    running: list[Running],
    say: Say,
) -> str | None:
    """Start each part when what it needs is there; returns why they end, None if they were asked
    to.
    """
    for part in chosen:
        if part.needs is not None:
            part.needs.unlink(missing_ok=True)
    waiting = list(chosen)
    until = time.monotonic() + _START_SECONDS
    while True:
        for part in [each for each in waiting if each.needs is None or each.needs.exists()]:
            waiting.remove(part)
            running.append(Running(part, events, say))
        if waiting and time.monotonic() > until:
            return f"nothing serves {waiting[0].needs}, which the {waiting[0].name} needs"
        try:
            event = events.get(timeout=_LOOK_SECONDS if waiting else None)
        except Empty:
            continue
        return None if event is None else _first(event, events).cause()


def _first(ended: Running, events: "SimpleQueue[Running | None]") -> Running:
    """Who ended first: one that needs another ends with it, and may be gone or halt before it."""
    log = ended.part.log
    halted = log is not None and log.halted
    until = time.monotonic() + (_HALT_CAUSE_SECONDS if halted else _CAUSE_SECONDS)
    first: Running | None = ended
    while first is not None and first.part.needs is not None:
        try:
            first = events.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            return ended
    return first or ended


def _stop_all(running: Sequence[Running]) -> None:
    """What needs another part ends before it does: CometBFT takes a lost ledger for a failure."""
    _stop([each for each in running if each.part.needs is not None])
    _stop([each for each in running if each.part.needs is None])


def _stop(running: Sequence[Running]) -> None:
    for each in reversed(running):
        if each.process.poll() is None:
            each.process.terminate()
    until = time.monotonic() + _PATIENCE_SECONDS
    for each in running:
        each.stop(until)


def _how_it_ended(code: int | None) -> str:
    if code is None:
        return "has halted"
    return f"ended with code {code}" if code >= 0 else f"was ended by {_signal_name(-code)}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
