"""The commands that need no node: `python -m cfi.client`, and mounted under `cfi`."""

import click

from cfi.client.cli.audit import audit
from cfi.client.cli.calc import calc
from cfi.client.cli.check_proof import check_proof
from cfi.client.cli.light_verify import verify


@click.group()
def light() -> None:
    """Verify headers and proofs yourself."""


light.add_command(verify)
light.add_command(check_proof)


def client_commands() -> list[click.Command]:
    """Every command of the client."""
    return [audit, calc, light]


@click.group()
def client() -> None:
    """Everything that works without a node."""


for command in client_commands():
    client.add_command(command)
