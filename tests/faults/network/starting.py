"""One of the validators as an operator runs it: `cfi start`, with one log and one exit."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cfi.node.settings import settings_text
from cfi.node.tether import end
from tests.network.running import NetworkNode, engine_program, free_address

CFI: Final = (sys.executable, "-m", "cfi.node")
STOP_SECONDS: Final = 60.0


@dataclass(slots=True)
class Started:
    """A validator's processes under one that supervises them."""

    process: "subprocess.Popen[bytes]"
    log: Path
    gateway: str
    """Where its gateway listens."""

    def said(self) -> str:
        """The node's log."""
        return self.log.read_text()

    def ended(self) -> str:
        """Wait until it has ended by itself; returns the line that says why."""
        assert self.process.wait(STOP_SECONDS) == 1
        (line,) = [each for each in self.said().splitlines() if "; stopping the others" in each]
        return line


@contextmanager
def started(
    node: NetworkNode,
    log: Path,
    program: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Started]:
    """Start a stopped validator so, with another CometBFT if one is given; it is gone at the end."""
    chosen = replace(
        node.home.settings(),
        engine_binary=str(program or engine_program()),
        listen=free_address(1),
    )
    node.home.settings_file.write_text(settings_text(chosen))
    command = [*CFI, "start", "--home", str(node.home.root)]
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=said, env={**os.environ, **(environment or {})}
        )
    try:
        yield Started(process, log, chosen.listen)
    finally:
        end(process, STOP_SECONDS)
