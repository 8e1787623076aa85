"""The processes of a node: ledger and gateway, and CometBFT where the settings say so."""

import sys
from functools import partial
from pathlib import Path

from cfi.node.ask import FaultError, UnreachableError, ask
from cfi.node.consensus.cometbft.binary import find_engine
from cfi.node.consensus.cometbft.cutting import Cutter
from cfi.node.consensus.cometbft.engine_home import write_engine_home
from cfi.node.consensus.cometbft.engine_log import EngineLog
from cfi.node.home import Home
from cfi.node.settings import COMETBFT, Settings
from cfi.node.supervisor import Part


def node_parts(home: Home, settings: Settings, genesis: bytes, called: str = "") -> list[Part]:
    """The parts of the node in a home, whose engine's files are written; each is called by its name
    after what is given. Raises HomeError, DamagedError.
    """
    home.require_short_path()
    home.require_data()
    python = [sys.executable, "-m"]
    ledger = [*python, "cfi.node.ledger_process", str(home.root)]
    gateway = [*python, "cfi.node.gateway", "--socket", str(home.socket)]
    gateway += ["--listen", settings.listen]
    gateway += ["--name", settings.name, "--log-level", settings.log_level]
    for each in settings.public_names:
        gateway += ["--public-name", each]
    if settings.tls_certificate:
        gateway += ["--cert", settings.tls_certificate, "--key", settings.tls_key]
    parts = [Part(name=f"{called}ledger", command=ledger)]
    if settings.engine == COMETBFT:
        parts.append(_engine(home, settings, genesis, called))
    return [*parts, Part(name=f"{called}gateway", command=gateway)]


def _engine(home: Home, settings: Settings, genesis: bytes, called: str) -> Part:
    """CometBFT runs in the home, so that its sockets have short paths."""
    chosen = Path(settings.engine_binary) if settings.engine_binary else None
    program = find_engine(chosen)
    write_engine_home(home, settings, genesis)
    home.engine_socket.unlink(missing_ok=True)
    return Part(
        name=f"{called}engine",
        command=[str(program.resolve()), "start", "--home", "."],
        folder=home.root,
        needs=home.abci_socket,
        log=EngineLog(settings.name, partial(_decided_height, home.socket)),
        tend=Cutter(home.socket, int(settings.p2p_listen.rpartition(":")[2])),
    )


def _decided_height(socket: Path) -> int | None:
    try:
        return int(ask(socket, "decided_height"))
    except (UnreachableError, FaultError):
        return None
