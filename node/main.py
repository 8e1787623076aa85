"""The `cfi` command: everything that an operator, a member or an auditor types."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import click

from cfi.client.cli.lazy import LazyGroup
from cfi.client.cli.main import CLIENT_COMMANDS

_EXAMPLES: Final = """\b
cfi init --home ./node --chain-id cfi-1 --programme phase-1   make a node
cfi start --home ./node                                       run it
cfi status --home ./node                                      look at it
"""
_COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **CLIENT_COMMANDS,
        "anchor": "cfi.node.commands.anchor",
        "bench": "cfi.node.bench.command",
        "config": "cfi.node.commands.config",
        "demo": "cfi.node.demo.command",
        "doctor": "cfi.node.commands.doctor",
        "engine": "cfi.node.commands.engine",
        "init": "cfi.node.commands.init",
        "join": "cfi.node.commands.join",
        "snapshot": "cfi.node.commands.snapshot",
        "start": "cfi.node.commands.start",
        "status": "cfi.node.commands.status",
        "testnet": "cfi.node.network.command",
        "version": "cfi.node.commands.version",
    }
)


@click.group(
    cls=LazyGroup,
    places=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EXAMPLES,
)
def main() -> None:
    """A permissioned ledger for an emissions-trading programme."""
