"""`cfi start`: a node's processes under one that supervises them."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import click

from cfi.node.assembly import read_home_genesis
from cfi.node.command_line import home_option, say, told
from cfi.node.home import Home, usable
from cfi.node.parts import node_parts
from cfi.node.supervisor import supervise


@click.command()
@home_option
@click.option("--listen", help="The gateway's address; the settings' by default.")
@told
def start(root: Path, listen: str | None) -> None:
    """Run the node until SIGTERM: ledger, engine and gateway, one log, one exit.

    Example: cfi start --home ./node
    """
    home = Home(root)
    settings = home.settings()
    if listen is not None:
        settings = usable(replace(settings, listen=listen))
    genesis, _ = read_home_genesis(home)
    lock = home.lock()
    try:
        code = supervise(node_parts(home, settings, genesis), say)
    finally:
        os.close(lock)
    sys.exit(code)
