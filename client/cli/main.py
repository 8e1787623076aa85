"""The commands that need no node: `python -m cfi.client`, and mounted under `cfi`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import click

from cfi.client.cli.lazy import LazyGroup

CLIENT_COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        name: f"cfi.client.cli.{name}"
        for name in ("audit", "calc", "key", "light", "query", "tx", "validator")
    }
)
"""Every command of the client, and the module in which it stands."""


@click.group(cls=LazyGroup, places=CLIENT_COMMANDS)
def client() -> None:
    """Everything that works without a node."""
