"""Commands that are imported when they are called for: importing all of them takes longer than most
of them take.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
from typing_extensions import override

from cfi.client.cli.ending import FAILED, say_unwritten


class LazyGroup(click.Group):
    """A group that knows of each command its module, in which it stands under its own name; it may
    have others of its own. What can't be written ends a command with a line.
    """

    def __init__(self, *args: Any, places: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = places

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self._places, *super().list_commands(ctx)})

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = self._places.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(place), cmd_name)
        return command

    @override
    def main(self, *args: Any, **extra: Any) -> Any:
        try:
            return super().main(*args, **extra)
        except OSError as error:
            say_unwritten(error)
            sys.exit(FAILED)
