"""`cfi join`: a home for another node of a chain that is there, with keys of its own."""

from pathlib import Path
from typing import Any, Final

import click

from cfi.contracts.state.genesis import GenesisDocument, GenesisError, genesis_hash
from cfi.genesis.officers import verify_genesis
from cfi.node.command_line import home_option, told
from cfi.node.consensus.cometbft.node_key import read_node_id
from cfi.node.founding import Place, fill, new_seeds
from cfi.node.home import Home, WrongInputError, usable
from cfi.node.settings import COMETBFT, Settings

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
@told
def join(root: Path, genesis: Path, expected: str | None, **chosen: Any) -> None:
    """Make the home of another node, under CometBFT: new keys, the chain's genesis, settings.

    Example: cfi join --home ./node --genesis genesis.cbor --peer 1f..9a@10.1.0.1:26656
    --peer-network 10.1.0.0/24 --p2p-listen 10.1.0.2:26656
    """
    home = Home(root)
    home.require_free()
    signed = genesis.read_bytes()
    data, document = _verified(signed, genesis, expected)
    fill(Place(home, _settings(chosen), new_seeds()), signed)
    click.echo(f"chain     {document.chain_id}")
    click.echo(f"genesis   {genesis_hash(data).hex()}")
    click.echo(f"node      {read_node_id(home.node_key)}: have it registered (RegisterNode)")
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


def _settings(chosen: dict[str, Any]) -> Settings:
    """What was chosen, checked as in the file; raises WrongInputError."""
    return usable(Settings(engine=COMETBFT, **chosen))
