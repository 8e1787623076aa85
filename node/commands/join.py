"""`cfi join`: a home for another node of a chain that is there, with keys of its own."""

from pathlib import Path
from typing import Any, Final

import click

from cfi.contracts.state.genesis import GenesisDocument, GenesisError, genesis_hash
from cfi.genesis.officers import verify_anchor, verify_genesis
from cfi.node.clock import machine_time
from cfi.node.command_line import home_option, told
from cfi.node.founding import Place, fill, new_seeds
from cfi.node.home import Home, WrongInputError, usable
from cfi.node.registration import registration_of
from cfi.node.settings import COMETBFT, Settings

_LEAST_SERVERS: Final = 2
"""One to believe and one to compare it with."""
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@home_option
@click.option("--genesis", type=_FILE, required=True, help="The chain's signed genesis file.")
@click.option("--genesis-hash", "expected", metavar="HEX", help="The hash that you were told.")
@click.option("--name", default=Settings().name, show_default=True, help="What the node is called.")
@click.option("--listen", default=Settings().listen, show_default=True, help="The gateway's.")
@click.option("--p2p-listen", default=Settings().p2p_listen, show_default=True)
@click.option("--peer", "peers", multiple=True, metavar="NODE-ID@HOST:PORT", help="One or more.")
@click.option(
    "--peer-network", "peer_networks", multiple=True, default=Settings().peer_networks,
    show_default=True, help="Whence a connection is taken at all; one or more.",
)  # fmt: skip
@click.option(
    "--sync-server", "sync_servers", multiple=True, metavar="HOST:PORT",
    help="The engine RPC (rpc_listen) of two nodes or more: begin with a snapshot of their peers.",
)  # fmt: skip
@click.option("--anchor", type=_FILE, help="The officers' anchor that a snapshot is trusted by.")
@told
def join(
    root: Path, genesis: Path, expected: str | None, anchor: Path | None, **chosen: Any
) -> None:
    """Make the home of another node, under CometBFT: new keys, the chain's genesis, settings.

    Example: cfi join --home ./node --genesis genesis.cbor --peer 1f..9a@10.1.0.1:26656
    --peer-network 10.1.0.0/24 --p2p-listen 10.1.0.2:26656
    """
    home = Home(root)
    home.require_free()
    signed = genesis.read_bytes()
    data, document = _verified(signed, genesis, expected)
    chosen |= _trusted(anchor, data, chosen["sync_servers"])
    fill(Place(home, _settings(chosen), new_seeds()), signed)
    click.echo(f"chain     {document.chain_id}")
    click.echo(f"genesis   {genesis_hash(data).hex()}")
    registration = registration_of(home, document.chain_id)
    click.echo(f"node      {registration.node_id.hex()}: have it registered (RegisterNode), with")
    click.echo(f"admission {registration.admission_key.hex()}")
    click.echo(f"possessed {registration.possession.hex()}")
    click.echo(
        f"validator {home.validator_key}: `cfi validator prove` says what AddValidator takes"
    )
    click.echo(f"next      cfi start --home {root}")


def _verified(signed: bytes, path: Path, expected: str | None) -> tuple[bytes, GenesisDocument]:
    try:
        data, document = verify_genesis(signed)
    except GenesisError as error:
        raise WrongInputError(f"{path} is refused: {error}") from error
    if expected is not None and genesis_hash(data).hex() != expected.lower():
        raise WrongInputError(f"{path} is another genesis: its hash is {genesis_hash(data).hex()}")
    return data, document


def _trusted(anchor: Path | None, genesis: bytes, servers: tuple[str, ...]) -> dict[str, Any]:
    """The height and hash that state sync begins with; raises WrongInputError."""
    if anchor is None and not servers:
        return {}
    if anchor is None or len(servers) < _LEAST_SERVERS:
        raise WrongInputError(
            "to begin with a snapshot takes both: --anchor, and --sync-server twice"
        )
    try:
        found = verify_anchor(anchor.read_bytes(), genesis, machine_time().seconds)
    except GenesisError as error:
        raise WrongInputError(f"{anchor} is refused: {error}") from error
    return {"sync_height": found.height, "sync_hash": found.header_hash.hex()}


def _settings(chosen: dict[str, Any]) -> Settings:
    """What was chosen, checked as in the file; raises WrongInputError."""
    return usable(Settings(engine=COMETBFT, **chosen))
