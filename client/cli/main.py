"""The commands that need no node: `python -m cfi.client`, and mounted under `cfi`."""

import click

from cfi.client.cli.audit import audit
from cfi.client.cli.calc import calc
from cfi.client.cli.key import key
from cfi.client.cli.light import light
from cfi.client.cli.query import query
from cfi.client.cli.tx import tx
from cfi.client.cli.validator import validator


def client_commands() -> list[click.Command]:
    """Every command of the client."""
    return [audit, calc, key, light, query, tx, validator]


@click.group()
def client() -> None:
    """Everything that works without a node."""


for command in client_commands():
    client.add_command(command)
