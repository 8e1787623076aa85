"""`cfi config`: a node's settings."""

from dataclasses import asdict
from pathlib import Path

import click

from cfi.client.cli.options import json_option
from cfi.node.command_line import home_option, show, told
from cfi.node.home import Home
from cfi.node.settings import Settings


@click.group()
def config() -> None:
    """The settings of a node."""


@config.command()
@home_option
@json_option
@told
def view(root: Path, as_json: bool) -> None:
    """The settings in force: the file's, with the environment's over them.

    Example: cfi config view --home ./node
    """
    show(asdict(Home(root).settings()), as_json)


@config.command()
@home_option
@json_option
@told
def diff(root: Path, as_json: bool) -> None:
    """The settings in force that differ from the defaults.

    Example: cfi config diff --home ./node
    """
    usual = asdict(Settings())
    chosen = asdict(Home(root).settings())
    show({name: value for name, value in chosen.items() if value != usual[name]}, as_json)
