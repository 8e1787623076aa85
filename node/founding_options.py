"""What `cfi init` and `cfi testnet` are told alike."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from cfi.genesis.programmes.loader import PROGRAMMES
from cfi.node.founding import Founding

Command = Callable[..., Any]

_OPTIONS: Final = (
    click.option(
        "--chain-id", required=True, help="The chain's name; sim-... for a stepped clock."
    ),
    click.option("--programme", type=click.Choice(PROGRAMMES), required=True, help="Its terms."),
    click.option("--clock-start", metavar="DATE", help="A stepped clock that begins at this date."),
    click.option(
        "--passphrase-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Holds the passphrase of the officers' key files, for unattended use.",
    ),
)


def founding_options(command: Command) -> Command:
    """Let a command take what a chain's founding is told."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def founding_of(
    chain_id: str, programme: str, clock_start: str | None, passphrase_file: Path | None
) -> Founding:
    """The founding; asks for a passphrase unless a file has it. Raises click.BadParameter."""
    return Founding(
        chain_id=chain_id,
        programme=programme,
        clock_start=None if clock_start is None else _seconds(clock_start),
        passphrase=_passphrase(passphrase_file),
    )


def _seconds(date: str) -> int:
    try:
        return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp())
    except ValueError as error:
        raise click.BadParameter(f"{date} is no date like 2003-01-01") from error


def _passphrase(path: Path | None) -> bytes:
    if path is not None:
        return path.read_bytes().strip()
    text: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    return text.encode()
