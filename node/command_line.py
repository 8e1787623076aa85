"""What the node's commands share: options, exit codes, errors as one line, tables."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

import click
from rich.console import Console
from rich.table import Table

from cfi.client.wallet.keystore import KeystoreError
from cfi.contracts.state.genesis import GenesisError
from cfi.contracts.state.snapshot import SnapshotError
from cfi.node.ask import FaultError, UnreachableError
from cfi.node.home import DEFAULT, ENVIRONMENT, HomeError, LockedError
from cfi.node.storage.database import DamagedError

P = ParamSpec("P")
R = TypeVar("R")

EXIT_FAILED: Final = 1
EXIT_NOT_VERIFIED: Final = 3
EXIT_UNREACHABLE: Final = 4
EXIT_LOCKED: Final = 5

home_option = click.option(
    "--home",
    "root",
    type=click.Path(path_type=Path),
    envvar=ENVIRONMENT,
    default=DEFAULT,
    show_default=True,
    help="The node's folder.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what a command may raise into one line and an exit code."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except LockedError as error:
            _leave(str(error), EXIT_LOCKED)
        except UnreachableError as error:
            _leave(str(error), EXIT_UNREACHABLE)
        except SnapshotError as error:
            _leave(f"the snapshot is refused: {error}", EXIT_NOT_VERIFIED)
        except (HomeError, GenesisError, KeystoreError, DamagedError, FaultError, OSError) as error:
            _leave(str(error), EXIT_FAILED)
        raise AssertionError

    return wrapped


def _leave(sentence: str, code: int) -> None:
    click.echo(f"cfi: {sentence}", err=True)
    sys.exit(code)


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
    Console().print(table)


def _shown(value: object) -> str:
    """A list has a line for each of its items."""
    if isinstance(value, list):
        return "\n".join(_shown(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return str(value)
