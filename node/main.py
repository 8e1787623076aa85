"""The `cfi` command: everything that an operator, a member or an auditor types."""

import os
import sys
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from cfi.client.cli.key import passphrase_of
from cfi.client.cli.main import client_commands
from cfi.client.wallet.keystore import read_key
from cfi.contracts.state.genesis import genesis_hash
from cfi.contracts.transition.dispatch import SUPPORTED_APP_VERSIONS
from cfi.contracts.wire.headers import Timestamp
from cfi.node.anchoring import make_anchor
from cfi.node.ask import ask
from cfi.node.assembly import read_home_genesis
from cfi.node.bench.command import bench
from cfi.node.command_line import EXIT_NOT_VERIFIED, home_option, json_option, say, show, told
from cfi.node.consensus.cometbft.node_key import read_node_id
from cfi.node.demo.command import demo
from cfi.node.doctor import examine
from cfi.node.engine_command import engine
from cfi.node.founding import found
from cfi.node.founding_options import founding_of, founding_options
from cfi.node.home import Home
from cfi.node.joining import join
from cfi.node.network.command import testnet
from cfi.node.parts import node_parts
from cfi.node.settings import COMETBFT, ENGINES, Settings
from cfi.node.signing import Share, signing_shares
from cfi.node.snapshot_command import snapshot
from cfi.node.storage.atomic import write_atomically
from cfi.node.supervisor import supervise

VERSION: Final = "0.1.0"


_EXAMPLES: Final = """\b
cfi init --home ./node --chain-id sim-1 --programme phase-1   make a node
cfi start --home ./node                                       run it
cfi status --home ./node                                      look at it
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EXAMPLES)
def main() -> None:
    """A permissioned ledger for an emissions-trading programme."""


@main.command()
@home_option
@founding_options
@click.option(
    "--listen", default=Settings().listen, show_default=True, help="The gateway's address."
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default=Settings().engine,
    show_default=True,
    help="Who decides blocks: this process, or CometBFT, to which validators can be added.",
)
@told
def init(root: Path, listen: str, engine: str, **founding: Any) -> None:
    """Make a node's home: keys, a genesis signed by three founding officers, settings.

    Example: cfi init --home ./node --chain-id sim-1 --programme phase-1 --clock-start 2003-01-01
    """
    home = Home(root)
    found(home, Settings(listen=listen, engine=engine), founding_of(**founding))
    data, document = read_home_genesis(home)
    click.echo(f"chain     {document.chain_id}")
    click.echo(f"genesis   {genesis_hash(data).hex()}")
    click.echo(f"officers  {home.keys}: move these key files away from this machine")
    click.echo(f"next      cfi start --home {root}")


@main.command()
@home_option
@click.option("--listen", help="The gateway's address; the settings file's by default.")
@told
def start(root: Path, listen: str | None) -> None:
    """Run the node until SIGTERM: ledger, engine and gateway, one log, one exit."""
    home = Home(root)
    settings = home.settings()
    if listen is not None:
        settings = replace(settings, listen=listen)
    genesis, _ = read_home_genesis(home)
    lock = home.lock()
    try:
        code = supervise(node_parts(home, settings, genesis), say)
    finally:
        os.close(lock)
    sys.exit(code)


@main.command()
@home_option
@json_option
@told
def status(root: Path, as_json: bool) -> None:
    """Height, root, peers, what waits and who signed, as the running ledger says."""
    home = Home(root)
    settings = home.settings()
    said = ask(home.socket, "status")
    shares = signing_shares(home.socket, said["height"])
    content = {
        "engine": settings.engine,
        "chain_id": said["chain_id"],
        "height": said["height"],
        "app_hash": said["app_hash"].hex(),
        "genesis_hash": said["genesis_hash"].hex(),
        "time": _moment(said["time"]),
        "waiting": said["waiting"],
        "rules": said["app_version"],
        "validators": [
            {"key": key.hex(), "power": power, **asdict(shares.get(key, Share()))}
            for key, power in said["validators"]
        ],
    }
    if settings.engine == COMETBFT:
        counters = said["counters"]
        content["node_id"] = read_node_id(home.node_key)
        content["peers"] = counters["peers"]
        content["catching_up"] = counters["catching_up"]
        content["clock_off_seconds"] = round(counters["clock_off_nanos"] / 1e9, 1)
    show(content, as_json)


@main.command()
@home_option
@json_option
@told
def doctor(root: Path, as_json: bool) -> None:
    """Read everything on the disk with its checksums while the node is stopped."""
    home = Home(root)
    home.require()
    lock = home.lock()
    try:
        findings = examine(home)
    finally:
        os.close(lock)
    show({finding.what: finding.sentence for finding in findings}, as_json)
    sys.exit(0 if all(finding.sound for finding in findings) else EXIT_NOT_VERIFIED)


@main.group()
def config() -> None:
    """The settings of a node."""


@config.command()
@home_option
@json_option
@told
def view(root: Path, as_json: bool) -> None:
    """The settings in force."""
    show(asdict(Home(root).settings()), as_json)


@config.command()
@home_option
@json_option
@told
def diff(root: Path, as_json: bool) -> None:
    """The settings that differ from the defaults."""
    usual = asdict(Settings())
    chosen = asdict(Home(root).settings())
    show({name: value for name, value in chosen.items() if value != usual[name]}, as_json)


@main.command()
@home_option
@click.option(
    "--officer-key",
    "files",
    multiple=True,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An officer's keystore file; as many as must sign.",
)
@click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Of these files; asked for each by default.",
)
@click.option("--days", default=14, show_default=True, help="For how long it may be started from.")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@told
def anchor(
    root: Path, files: tuple[Path, ...], passphrase_file: Path | None, days: int, out: Path
) -> None:
    """Write an anchor of the newest header to OUT, for members' light clients. Renew it weekly.

    Example: cfi anchor --home ./node --officer-key a.json --officer-key b.json anchor.cbor
    """
    seeds = [read_key(file, passphrase_of(passphrase_file)).seed for file in files]
    made, data = make_anchor(Home(root), seeds, days)
    write_atomically(out, data)
    click.echo(f"height {made.height}, header {made.header_hash.hex()}, {days} days")


@main.command()
@json_option
def version(as_json: bool) -> None:
    """Versions of the command and of the rules."""
    show(
        {"cfi": VERSION, "rules": max(SUPPORTED_APP_VERSIONS), "python": sys.version.split()[0]},
        as_json,
    )


def _moment(nanos: int) -> str:
    seconds = Timestamp.of_nanos(nanos).seconds
    return datetime.fromtimestamp(seconds, UTC).isoformat()


main.add_command(bench)
main.add_command(demo)
main.add_command(engine)
main.add_command(join)
main.add_command(snapshot)
main.add_command(testnet)
for command in client_commands():
    main.add_command(command)
