"""`cfi version`: which rules this program knows."""

import sys
from typing import Final

import click

from cfi.client.cli.options import json_option
from cfi.contracts.transition.dispatch import SUPPORTED_APP_VERSIONS
from cfi.node.command_line import show

VERSION: Final = "0.1.0"


@click.command()
@json_option
def version(as_json: bool) -> None:
    """Versions of the command and of the rules.

    Example: cfi version --json
    """
    show(
        {"cfi": VERSION, "rules": max(SUPPORTED_APP_VERSIONS), "python": sys.version.split()[0]},
        as_json,
    )
