"""The commands that need no node: `python -m cfi.client`, and mounted under `cfi`."""

import click

from cfi.client.cli.audit import audit
from cfi.client.cli.calc import calc
from cfi.client.cli.light import light


def client_commands() -> list[click.Command]:
    """Every command of the client."""
    return [audit, calc, light]


@click.group()
def client() -> None:
    """Everything that works without a node."""


for command in client_commands():
    client.add_command(command)
