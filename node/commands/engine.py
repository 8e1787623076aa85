"""`cfi engine`: what is done with CometBFT itself."""

import os
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from cfi.client.cli.options import json_option
from cfi.node.command_line import home_option, show, told
from cfi.node.consensus.cometbft.importing import import_blocks
from cfi.node.home import Home


@click.group()
def engine() -> None:
    """CometBFT, the engine of several validators."""


@engine.command("import")
@home_option
@json_option
@told
def import_(root: Path, as_json: bool) -> None:
    """Go on under CometBFT with the chain that the embedded engine began.

    The same blocks, the same key, the next height. CometBFT checks every header, vote and root; the
    home changes only if all agree. Stop the node before, and start it after.

    Example: cfi engine import --home ./node
    """
    home = Home(root)
    home.require()
    lock = home.lock()
    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task("import", total=None)
            imported = import_blocks(
                home, lambda at, last: progress.update(task, completed=at, total=last)
            )
    finally:
        os.close(lock)
    content = {
        "height": imported.height,
        "app_hash": imported.app_hash.hex(),
        "next": f"cfi start --home {root}",
    }
    show(content, as_json)
