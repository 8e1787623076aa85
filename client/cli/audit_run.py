"""What the commands of `cfi audit` share: options, progress, how they end."""

import os
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from cfi.client.audit.auditor import Progress as Told
from cfi.client.audit.auditor import See, audit
from cfi.client.audit.findings import DisagreementError, Findings
from cfi.client.audit.sources import BadSourceError
from cfi.client.cli.audit_source import History, Wanted, open_history
from cfi.client.cli.ending import (
    BAD_INPUT,
    FAILED,
    LOCKED,
    NOT_VERIFIED,
    UNREACHABLE,
    complain,
    system_sentence,
)
from cfi.client.cli.options import A_FILE, passphrase_option
from cfi.client.light.bisection import UnavailableError
from cfi.client.light.http import GatewayRefusedError
from cfi.client.memory import settle_memory
from cfi.client.tree_process import TreeProcessError
from cfi.client.wallet.keystore import KeystoreError, WrongPassphraseError
from cfi.contracts.state.genesis import GenesisError
from cfi.contracts.transition.dispatch import UnsupportedVersionError

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def reading(command: F) -> F:
    """The argument and options of every command that reads a history."""
    for option in (
        passphrase_option,
        click.option("--key", type=A_FILE, help="Your keystore file, to read from a gateway."),
        click.argument("source", metavar="SOURCE"),
    ):
        command = option(command)
    return command


def replaying(command: F) -> F:
    """The options of every command that replays one."""
    for option in (
        click.option(
            "--workers",
            type=click.IntRange(min=0),
            default=max((os.cpu_count() or 1) - 1, 0),
            show_default=True,
            help="Processes that verify signatures beside this one.",
        ),
        click.option(
            "--header",
            type=A_FILE,
            help="A signed header from elsewhere, as in /v1/headers, to compare the end with.",
        ),
        click.option("--genesis-hash", help="The genesis hash that you know, 32 bytes in hex."),
        click.option(
            "--genesis",
            type=A_FILE,
            help="The signed genesis file.  [default: genesis.cbor in SOURCE or above it]",
        ),
    ):
        command = option(command)
    return reading(command)


def history_of(wanted: dict[str, Any]) -> History:
    """Open what the command line names, or leave."""
    return or_exit(lambda: open_history(Wanted(**wanted)))


def audited(history: History, workers: int, see: See | None = None) -> Findings:
    """Audit it with progress, showing what is decided again, or leave."""
    return or_exit(
        lambda: with_progress(
            history.total,
            lambda told: audit(
                history.beginning, history.records, workers, told, history.known, see
            ),
            by_height=history.by_height,
        )
    )


def or_exit(work: Callable[[], T]) -> T:
    """Do it; every error is a line on standard error and its exit status."""
    try:
        return work()
    except WrongPassphraseError as error:
        leave(str(error), LOCKED)
    except GatewayRefusedError as error:
        leave(f"the gateway shows no blocks: {error}", FAILED)
    except UnavailableError as error:
        leave(str(error), UNREACHABLE)
    except DisagreementError as error:
        leave(f"the history disagrees: {error}", NOT_VERIFIED)
    except (UnsupportedVersionError, TreeProcessError) as error:
        leave(str(error), FAILED)
    except (BadSourceError, GenesisError, KeystoreError) as error:
        leave(str(error), BAD_INPUT)
    except OSError as error:
        leave(system_sentence(error), BAD_INPUT)


class EndedError(click.exceptions.Exit):
    """A command ends before it has what was asked for, with a sentence that was said."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(status)
        self.sentence = sentence


def leave(sentence: str, status: int) -> NoReturn:
    """Say why, and end with a status."""
    complain(sentence)
    raise EndedError(sentence, status)


def with_progress(total: int, work: Callable[[Told], T], *, by_height: bool) -> T:
    """Do work that tells of each height and its bytes, with a bar where there is a terminal; the
    total is of heights or of bytes.
    """
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("height {task.fields[height]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    settle_memory()
    with bar:
        task = bar.add_task("", total=total, height=0)
        return work(
            lambda height, size: bar.update(task, advance=1 if by_height else size, height=height)
        )
