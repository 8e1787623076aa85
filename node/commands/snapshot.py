"""`cfi snapshot`: the whole state of a height in files, made, verified, restored."""

import json
import os
import time
from pathlib import Path
from typing import Final, NamedTuple

import click
from rich.table import Table

from cfi.client.cli.light import run_or_leave
from cfi.client.cli.options import GATEWAY, HexBytes, json_option
from cfi.client.light.session import Session
from cfi.client.light.store import LightStore
from cfi.client.printing import printer
from cfi.contracts.state.genesis import genesis_hash
from cfi.contracts.state.snapshot import SnapshotError
from cfi.contracts.state.trees import HeldTrees
from cfi.contracts.wire.headers import Header
from cfi.contracts.wire.schema import Hash
from cfi.node.ask import UnreachableError, ask
from cfi.node.assembly import loaded_application, read_home_genesis
from cfi.node.command_line import home_option, show, told
from cfi.node.home import Home, HomeError, WrongInputError
from cfi.node.restoring import restore as restore_store
from cfi.node.restoring import verify as verify_snapshot
from cfi.node.snapshot_maker import freeze, make_at_once
from cfi.node.storage.database import Database
from cfi.node.storage.snapshots import SnapshotFolder, StoredSnapshot

_PATIENCE_SECONDS: Final = 600.0
_LOOK_SECONDS: Final = 0.1
_FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path)


class Trust(NamedTuple):
    """Where the root comes from that a snapshot must have."""

    app_hash: bytes | None
    light: Path | None
    gateway: str | None


app_hash_option = click.option(
    "--app-hash", type=HexBytes(), metavar="HEX", help="The root that you know."
)
light_option = click.option(
    "--light", type=_FOLDER, help="Where `cfi light sync` keeps what it trusts; needs --gateway."
)
gateway_option = click.option(
    "--gateway",
    type=GATEWAY,
    metavar="URL",
    envvar="CFI_GATEWAY",
    help="Gives the headers to verify.",
)


@click.group()
def snapshot() -> None:
    """The whole state of a height in files: made, verified, restored."""


@snapshot.command()
@home_option
@json_option
@told
def make(root: Path, as_json: bool) -> None:
    """Make a snapshot of the last committed height, whether the node runs or not.

    Example: cfi snapshot make --home ./node
    """
    home = Home(root)
    home.require()
    try:
        made = _made_by_the_running(home)
    except UnreachableError:
        made = _made_here(home)
    show(_described(made), as_json)


@snapshot.command("list")
@home_option
@json_option
@told
def list_snapshots(root: Path, as_json: bool) -> None:
    """The snapshots that this node keeps, the newest first.

    Example: cfi snapshot list --home ./node
    """
    found = [_described(each) for each in _folder_of(Home(root)).all()]
    if as_json:
        click.echo(json.dumps(found))
        return
    names = ("height", "app_hash", "chunks", "bytes", "folder")
    table = Table(box=None)
    for name in names:
        table.add_column(name.replace("_", " "), overflow="fold")
    for each in found:
        table.add_row(*(str(each[name]) for name in names))
    printer().print(table)


@snapshot.command()
@click.argument("folder", type=_FOLDER)
@app_hash_option
@light_option
@gateway_option
@json_option
@told
def verify(
    folder: Path, app_hash: bytes | None, light: Path | None, gateway: str | None, as_json: bool
) -> None:
    """Rebuild the state in FOLDER and compare its root with the one in the next header, which the
    light client verifies, or with one that you know. Exit status 3 where it is refused.

    Example: cfi snapshot verify ./node/data/snapshots/000000001000 --light ./light --gateway URL
    """
    stored = _stored(folder)
    root = _trusted_root(stored, Trust(app_hash, light, gateway))
    verify_snapshot(stored, root)
    show(_described(stored) | {"verified": True}, as_json)


@snapshot.command()
@home_option
@click.argument("folder", type=_FOLDER)
@app_hash_option
@light_option
@gateway_option
@json_option
@told
def restore(
    root: Path,
    folder: Path,
    app_hash: bytes | None,
    light: Path | None,
    gateway: str | None,
    as_json: bool,
) -> None:
    """Verify the snapshot in FOLDER and make the store of a home that has none from it.

    Example: cfi snapshot restore --home ./new ./000000001000 --app-hash HEX
    """
    home = Home(root)
    home.require()
    genesis, _ = read_home_genesis(home)
    lock = home.lock()
    try:
        stored = _stored(folder)
        trusted = _trusted_root(stored, Trust(app_hash, light, gateway))
        restore_store(stored, trusted, genesis_hash(genesis), home.ledger)
    finally:
        os.close(lock)
    show(_described(stored) | {"restored_to": str(home.ledger)}, as_json)


def _stored(folder: Path) -> StoredSnapshot:
    """The snapshot in a folder; raises WrongInputError where there is none, SnapshotError."""
    try:
        return StoredSnapshot(folder)
    except FileNotFoundError as error:
        raise WrongInputError(
            f"{folder} holds no snapshot: `cfi snapshot list` names the folders of those here"
        ) from error


def _made_here(home: Home) -> StoredSnapshot:
    genesis, _ = read_home_genesis(home)
    lock = home.lock()
    try:
        return _made_of(home, genesis)
    finally:
        os.close(lock)


def _made_of(home: Home, genesis: bytes) -> StoredSnapshot:
    if not home.ledger.exists():
        raise HomeError(f"{home.root} has no height yet")
    database = Database(home.ledger)
    try:
        application = loaded_application(home, genesis, database, HeldTrees())
        if application.store.committed() is None:
            raise HomeError(f"{home.root} has no height yet")
        return make_at_once(freeze(application), _folder_of(home))
    finally:
        database.close()


def _made_by_the_running(home: Home) -> StoredSnapshot:
    """Ask the ledger, and wait for the folder that it renames when all is there."""
    height = ask(home.socket, "make_snapshot")["height"]
    folder = _folder_of(home)
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        made = folder.of(height)
        if made is not None:
            return made
        failure = ask(home.socket, "make_snapshot", height=height)["failure"]
        if failure is not None:
            raise HomeError(f"the ledger can't write the snapshot of height {height}: {failure}")
        time.sleep(_LOOK_SECONDS)
    raise HomeError(f"the ledger has not finished the snapshot of height {height} in time")


def _folder_of(home: Home) -> SnapshotFolder:
    return SnapshotFolder(home.snapshots, home.settings().snapshots_kept)


def _trusted_root(stored: StoredSnapshot, trust: Trust) -> Hash:
    if trust.app_hash is not None:
        return Hash(trust.app_hash)
    if trust.light is None or trust.gateway is None:
        raise click.UsageError("give --app-hash, or --light and --gateway")
    header = run_or_leave(_next_header(stored.told.height, trust.light, trust.gateway))
    if header.last_results_hash != stored.head().results_hash:
        raise SnapshotError("its results are not those of the next header")
    return Hash(header.app_hash)


async def _next_header(height: int, light: Path, gateway: str) -> Header:
    """The header that says what the state of a height is."""
    async with Session.opened(LightStore(light), gateway) as session:
        return await session.header(height + 1)


def _described(stored: StoredSnapshot) -> dict[str, object]:
    head, said = stored.head(), stored.told
    return {
        "height": said.height,
        "app_hash": head.app_hash.hex(),
        "hash": said.hash.hex(),
        "format": said.format,
        "chunks": said.chunks,
        "bytes": stored.size,
        "chain_id": head.chain_id,
        "folder": str(stored.folder),
    }
