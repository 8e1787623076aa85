"""`cfi engine import`: an embedded engine's chain goes on under CometBFT, same blocks, same key.

An application at genesis is run beside, and CometBFT's own code puts every block into its stores
and has that application execute it. Nothing in the home changes until all agrees: then the stores
are moved in, and the settings name the other engine last. What was interrupted is begun again.
"""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cfi.node.assembly import assemble, read_home_genesis
from cfi.node.consensus.cometbft.binary import find_engine, find_importer
from cfi.node.consensus.cometbft.engine_home import write_engine_home
from cfi.node.founding import Place, fill, new_seeds
from cfi.node.home import Home, HomeError
from cfi.node.settings import COMETBFT, Settings, with_setting
from cfi.node.storage.atomic import sync_folder, write_atomically
from cfi.node.storage.database import DamagedError, Database
from cfi.node.storage.ledger_store import Committed, LedgerStore
from cfi.node.tether import end, tethered

STORES: Final = ("blockstore.db", "state.db", "cs.wal")
"""What CometBFT keeps of a chain, under `data`."""
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.05

Progress = Callable[[int, int], None]
"""Hears at which height it is, and which is the last."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Where the chain stands under CometBFT."""

    height: int
    app_hash: bytes


def import_blocks(home: Home, progress: Progress) -> Imported:
    """Make CometBFT the engine of a stopped, locked home; raises HomeError, DamagedError."""
    settings = home.settings()
    if settings.engine == COMETBFT:
        raise HomeError(f"{home.root} is under CometBFT already")
    importer = find_importer()
    find_engine(Path(settings.engine_binary) if settings.engine_binary else None)
    standing = _recovered(home)
    beside = Home(_data(home) / "import")
    shutil.rmtree(beside.root, ignore_errors=True)
    try:
        _found_again(beside, home, settings)
        last = _replayed(home, beside, importer, lambda at: progress(at, standing.height))
        _require_same(standing, last, beside)
        _move_in(home, beside)
    finally:
        shutil.rmtree(beside.root, ignore_errors=True)
    chosen = with_setting(home.settings_file.read_text(), "engine", COMETBFT)
    write_atomically(home.settings_file, chosen.encode())
    return last


def _recovered(home: Home) -> Committed:
    """Where the embedded engine stands when everything that it decided is executed and signed."""
    node = assemble(home)
    try:
        if node.files.first != 1:
            raise HomeError(
                f"the blocks before {node.files.first} aren't here: import where the history began"
            )
        committed = node.application.store.committed()
    finally:
        node.close()
    if committed is None:
        raise HomeError(
            f'{home.root} has no block yet: set engine = "{COMETBFT}" in {home.settings_file}'
        )
    return committed


def _found_again(beside: Home, home: Home, settings: Settings) -> None:
    """Make a new home at the chain's genesis, for an application that executes all again."""
    beside.require_short_path()
    chosen = replace(settings, name="import", engine=COMETBFT, snapshot_interval=0)
    fill(Place(beside, chosen, new_seeds()), home.genesis_file.read_bytes())
    write_engine_home(beside, chosen, read_home_genesis(beside)[0])


def _replayed(
    home: Home, beside: Home, importer: Path, progress: Callable[[int], None]
) -> Imported:
    """Where CometBFT stands after the last block; raises HomeError with what it refuses."""
    command = {
        "genesis": beside.engine_genesis,
        "blocks": home.blocks,
        "signed": home.validator_state,
        "app": f"unix://{beside.abci_socket}",
        "data": _data(beside),
    }
    options = [part for name, value in command.items() for part in (f"-{name}", str(value))]
    last = Imported(0, b"")
    with (
        _application(beside),
        subprocess.Popen(
            tethered([str(importer), *options]), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            said = json.loads(line)
            last = Imported(said["height"], bytes.fromhex(said["app_hash"]))
            progress(last.height)
        words = process.stderr.read().decode(errors="replace").strip()
    if process.returncode != 0:
        raise HomeError(f"the blocks can't be imported: {words or 'the importer was killed'}")
    return last


@contextmanager
def _application(beside: Home) -> Iterator[None]:
    """A ledger in this home, serving CometBFT; it has ended when this does."""
    command = [sys.executable, "-m", "cfi.node.ledger_process", str(beside.root)]
    with subprocess.Popen(tethered(command)) as process:
        until = time.monotonic() + _START_SECONDS
        try:
            while not _serves(beside.abci_socket):
                if process.poll() is not None or time.monotonic() > until:
                    raise HomeError(f"the application in {beside.root} doesn't start")
                time.sleep(_LOOK_SECONDS)
            yield
        finally:
            end(process, _STOP_SECONDS)


def _serves(path: Path) -> bool:
    """Whether somebody takes connections at a socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _require_same(standing: Committed, last: Imported, beside: Home) -> None:
    """Raise DamagedError unless the home's store, CometBFT and the application beside agree."""
    database = Database(beside.ledger)
    try:
        executed = LedgerStore(database).committed()
    finally:
        database.close()
    if executed != standing or last != Imported(standing.height, standing.app_hash):
        raise DamagedError(
            f"the store is at height {standing.height} with root {standing.app_hash.hex()}, "
            f"the import came to {last.height} with {last.app_hash.hex()}"
        )


def _move_in(home: Home, beside: Home) -> None:
    """Put the made stores in the place of what an interrupted import may have left."""
    for name in STORES:
        shutil.rmtree(_data(home) / name, ignore_errors=True)
        (_data(beside) / name).rename(_data(home) / name)
    sync_folder(_data(home))


def _data(home: Home) -> Path:
    """Where CometBFT keeps its stores."""
    return home.validator_state.parent
