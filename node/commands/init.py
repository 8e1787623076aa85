"""`cfi init`: a node's home."""

from pathlib import Path
from typing import Any

import click

from cfi.contracts.state.genesis import genesis_hash
from cfi.node.assembly import read_home_genesis
from cfi.node.command_line import home_option, told
from cfi.node.founding import found
from cfi.node.founding_options import founding_of, founding_options
from cfi.node.home import Home, usable
from cfi.node.settings import ENGINES, Settings


@click.command()
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
    home, settings = Home(root), usable(Settings(listen=listen, engine=engine))
    home.require_free()
    found(home, settings, founding_of(**founding))
    data, document = read_home_genesis(home)
    click.echo(f"chain     {document.chain_id}")
    click.echo(f"genesis   {genesis_hash(data).hex()}")
    click.echo(f"officers  {home.keys}: move these key files away from this machine")
    click.echo(f"next      cfi start --home {root}")
