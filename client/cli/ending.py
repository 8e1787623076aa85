"""How a command ends: its exit statuses, and errors as lines that say what to do next."""

import errno
import os
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NoReturn

import click

FAILED: Final = 1
BAD_INPUT: Final = 2
NOT_VERIFIED: Final = 3
UNREACHABLE: Final = 4
LOCKED: Final = 5
_SENTENCES: Final[Mapping[int, str]] = MappingProxyType(
    {
        errno.EEXIST: "is there already: choose another name",
        errno.ENOENT: "isn't there: look at its path",
        errno.ENOTDIR: "can't be: part of its path is a file, no folder",
        errno.EISDIR: "is a folder: name a file",
        errno.EACCES: "is closed to this user: look at its owner and permissions",
        errno.EPERM: "is closed to this user: look at its owner and permissions",
        errno.EROFS: "stands on a disk that can't be written: choose another place",
        errno.ENOSPC: "finds its disk full: make room and try again",
        errno.ENAMETOOLONG: "has too long a name",
    }
)


def complain(text: str) -> None:
    """Say what is wrong on standard error, a line each."""
    for line in text.splitlines():
        click.echo(f"cfi: {line}", err=True)


def leave(text: str, status: int) -> NoReturn:
    """Say why on standard error, and end with a status."""
    complain(text)
    raise click.exceptions.Exit(status)


def system_sentence(error: OSError) -> str:
    """What the system refused, in a line: the file, why, and what to do where that is known."""
    file = error.filename2 or error.filename
    reason = error.strerror or str(error) or type(error).__name__
    if file is None or error.errno is None:
        return reason
    name = os.fsdecode(file) if isinstance(file, str | bytes) else str(file)
    return f"{name} {_SENTENCES[error.errno]}" if error.errno in _SENTENCES else f"{name}: {reason}"


def leave_unwritten(error: OSError) -> NoReturn:
    """End where a file or an answer can't be written. A reader who went away is click's to deal
    with.
    """
    if isinstance(error, BrokenPipeError):
        raise error
    say_unwritten(error)
    raise click.exceptions.Exit(FAILED)


def say_unwritten(error: OSError) -> None:
    """What couldn't be written; what is left of an answer isn't tried again."""
    if error.filename is not None:
        click.echo(f"cfi: {system_sentence(error)}", err=True)
        return
    _forget_output()
    click.echo(f"cfi: write error: {error.strerror or error}", err=True)


def _forget_output() -> None:
    """Python writes what is buffered when it ends, and would fail once more."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        return
    os.close(nowhere)
