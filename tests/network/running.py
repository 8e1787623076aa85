"""Ledgers under real CometBFT processes, on loopback addresses of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from cfi.client.audit.sources import read_records
from cfi.contracts.wire.blocks import Block, decode_block
from cfi.node.ask import FaultError, UnreachableError, ask
from cfi.node.assembly import read_home_genesis
from cfi.node.consensus.cometbft.binary import find_engine
from cfi.node.consensus.cometbft.engine_home import write_engine_home
from cfi.node.consensus.cometbft.node_key import read_node_id
from cfi.node.demo.ports import free_port
from cfi.node.demo.stage import cast_seeds, set_stages
from cfi.node.founding import Place
from cfi.node.home import Home
from cfi.node.settings import COMETBFT, Settings, settings_text
from tests.engine import built_engine
from tests.faults.running import CAST, SCENARIO, Client

START_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.02
QUICK: Final = Settings(
    engine=COMETBFT,
    timeout_propose=1.0,
    timeout_vote=0.5,
    timeout_commit=0.1,
    empty_block_seconds=1.0,
    mempool_size=50_000,
    sync_discovery=5.0,
)
"""A network for tests: nobody is far away."""


@cache
def engine_program() -> Path:
    """CometBFT as `make engine` builds it."""
    return find_engine(built_engine())


@dataclass(slots=True)
class NetworkNode:
    """A ledger and its CometBFT."""

    home: Home
    program: Sequence[str] = ("cfi.node.ledger_process",)
    """The ledger's module, and what it is told before the home."""
    ledger: "subprocess.Popen[bytes] | None" = None
    engine: "subprocess.Popen[bytes] | None" = None
    log: list[Path] = field(default_factory=list)

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """What a client waits for."""
        assert self.ledger is not None
        return self.ledger

    def start(self) -> None:
        """Start both, the ledger first: it opens the socket on which CometBFT asks."""
        self.start_ledger()
        self.start_engine()

    def start_ledger(self) -> None:
        """Start the ledger and wait for its socket."""
        command = [sys.executable, "-m", *self.program, str(self.home.root)]
        self.home.abci_socket.unlink(missing_ok=True)
        self.ledger = subprocess.Popen(command, stderr=self._log("ledger"))
        until(self.home.abci_socket.exists, self.ledger)

    def start_engine(self) -> None:
        """Start CometBFT."""
        command = [str(engine_program()), "start", "--home", str(self.home.root)]
        log = self._log("engine")
        self.engine = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.home.root)

    def kill(self) -> None:
        """SIGKILL to both."""
        for process in (self.engine, self.ledger):
            if process is not None:
                process.kill()
                process.wait()
        self.ledger = self.engine = None

    def stop(self) -> None:
        """SIGTERM to both, the engine first."""
        for process in (self.engine, self.ledger):
            assert process is not None
            process.terminate()
            assert process.wait(START_SECONDS) == 0, self.said()
        self.ledger = self.engine = None

    def said(self) -> str:
        """What both wrote."""
        return "\n".join(path.read_text() for path in self.log)

    def client(self) -> Client:
        """A connection to the ledger's socket."""
        return Client.of(self)

    def ask(self, question: str, **parameters: object) -> Any:
        """The answer to a question."""
        return ask(self.home.socket, question, **parameters)

    @property
    def height(self) -> int:
        """The last height that can be shown; 0 while nobody answers."""
        try:
            return int(self.ask("status")["height"])
        except (UnreachableError, FaultError):
            return 0

    def reach(self, height: int, seconds: float = START_SECONDS) -> None:
        """Wait until the node shows a height."""
        until(lambda: self.height >= height, self.ledger, self.engine, seconds=seconds)

    def header(self, height: int) -> bytes:
        """A header's bytes."""
        told: bytes = self.ask("light_block", height=height)["header"]
        return told

    def block(self, height: int) -> Block:
        """A block that stands in the files."""
        body: bytes = self.ask("block", height=height)[3]
        return decode_block(body)

    def blocks(self) -> dict[int, Block]:
        """The blocks in the files of a stopped node."""
        return {each.height: decode_block(each.block) for each in read_records(self.home.root)}

    def _log(self, name: str) -> int:
        path = self.home.root / f"{name}-{len(self.log)}.log"
        self.log.append(path)
        return os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)


def until(
    holds: Callable[[], bool],
    *processes: "subprocess.Popen[bytes] | None",
    seconds: float = START_SECONDS,
) -> None:
    """Wait for something while processes run, not for ever."""
    end = time.monotonic() + seconds
    while not holds():
        ended = [each.args for each in processes if each is not None and each.poll() is not None]
        assert not ended, f"ended: {ended}"
        assert time.monotonic() < end, "it doesn't come to be"
        time.sleep(LOOK_SECONDS)


def free_address(number: int) -> str:
    """An address on the loopback network, with a port that nobody uses now."""
    host = f"127.0.0.{number}"
    return f"{host}:{free_port(host)}"


def found_homes(folder: Path, count: int, settings: Settings = QUICK) -> list[Home]:
    """Homes of validators of equal power, connected with each other."""
    names = [f"node{number}" for number in range(1, count + 1)]
    addresses = [free_address(number) for number in range(1, count + 1)]
    homes = [Home(folder / name) for name in names]
    set_stages(
        [
            Place(home, replace(settings, name=name, p2p_listen=address), cast_seeds(CAST, name))
            for home, name, address in zip(homes, names, addresses, strict=True)
        ],
        SCENARIO,
    )
    ids = [read_node_id(home.node_key) for home in homes]
    for home in homes:
        peers = tuple(
            f"{node_id}@{address}"
            for node_id, address, other in zip(ids, addresses, homes, strict=True)
            if other is not home
        )
        settled(home, replace(home.settings(), peers=peers))
    return homes


def settled(home: Home, settings: Settings) -> None:
    """Write a node's settings, and CometBFT's with them."""
    home.settings_file.write_text(settings_text(settings))
    write_engine_home(home, settings, read_home_genesis(home)[0])


@contextmanager
def network(folder: Path, count: int, settings: Settings = QUICK) -> Iterator[list[NetworkNode]]:
    """Running validators; all their processes are gone at the end."""
    nodes = [NetworkNode(home) for home in found_homes(folder, count, settings)]
    try:
        for node in nodes:
            node.start()
        yield nodes
    finally:
        for node in nodes:
            node.kill()


def commit_all(client: Client, transactions: Sequence[bytes]) -> list[list[Any]]:
    """Submit acts and wait until all are committed; returns height, index and receipt of each."""
    tags = [client.submit(each) for each in transactions]
    return [client.committed(tag) for tag in tags]
