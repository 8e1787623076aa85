"""What the node's commands share: options, exit codes, errors as one line, tables."""

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

import click
from rich.table import Table

from cfi.client.cli.ending import (
    BAD_INPUT,
    FAILED,
    LOCKED,
    NOT_VERIFIED,
    UNREACHABLE,
    leave,
    leave_unwritten,
)
from cfi.client.printing import printer
from cfi.client.wallet.keystore import KeyExistsError, KeystoreError, WrongPassphraseError
from cfi.contracts.state.genesis import GenesisError
from cfi.contracts.state.snapshot import SnapshotError
from cfi.node.ask import FaultError, UnreachableError
from cfi.node.home import DEFAULT, ENVIRONMENT, HomeError, LockedError, WrongInputError
from cfi.node.storage.database import DamagedError

P = ParamSpec("P")
R = TypeVar("R")

EXIT_FAILED: Final = FAILED
EXIT_NOT_VERIFIED: Final = NOT_VERIFIED
EXIT_UNREACHABLE: Final = UNREACHABLE
_STATUSES: Final[tuple[tuple[tuple[type[Exception], ...], int], ...]] = (
    ((LockedError, WrongPassphraseError), LOCKED),
    ((UnreachableError,), UNREACHABLE),
    ((SnapshotError,), NOT_VERIFIED),
    ((WrongInputError,), BAD_INPUT),
    ((HomeError, GenesisError, KeyExistsError, DamagedError, FaultError), FAILED),
    ((KeystoreError,), BAD_INPUT),
)
"""The first that fits says how a command ends."""
_TOLD: Final = tuple(kind for kinds, _ in _STATUSES for kind in kinds)

home_option = click.option(
    "--home",
    "root",
    type=click.Path(path_type=Path),
    envvar=ENVIRONMENT,
    default=DEFAULT,
    show_default=True,
    help="The node's folder.",
)


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what a command may raise into one line and an exit code."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except OSError as error:
            leave_unwritten(error)
        except _TOLD as error:
            status = next(each for kinds, each in _STATUSES if isinstance(error, kinds))
            refused = "the snapshot is refused: " if isinstance(error, SnapshotError) else ""
            leave(f"{refused}{error}", status)

    return wrapped


def say(text: str) -> None:
    """One line of the log."""
    click.echo(text, err=True)


def show(content: dict[str, object], as_json: bool) -> None:
    """Print names and values, as a table or as JSON."""
    if as_json:
        click.echo(json.dumps(content))
        return
    table = Table("", "", show_header=False, box=None)
    table.columns[1].overflow = "fold"
    for name, value in content.items():
        table.add_row(name.replace("_", " "), _shown(value))
    printer().print(table)


def _shown(value: object) -> str:
    """A list has a line for each of its items."""
    if isinstance(value, list):
        return "\n".join(_shown(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return str(value)
