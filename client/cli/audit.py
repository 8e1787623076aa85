"""`cfi audit`: re-verify a ledger's history without trusting it.  (RB 2.7.4)"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

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

from cfi.client.audit.auditor import audit as run_audit
from cfi.client.audit.export import export_blocks, export_from_gateway
from cfi.client.audit.findings import Findings
from cfi.client.audit.report import findings_json, findings_page
from cfi.client.audit.sources import BadSourceError
from cfi.client.cli.audit_source import History, Wanted, is_address, open_gateway, open_history
from cfi.client.light.bisection import UnavailableError
from cfi.client.light.http import GatewayRefusedError
from cfi.client.wallet.keystore import KeystoreError, WrongPassphraseError
from cfi.contracts.state.genesis import GenesisError

FAILED: Final = 1
BAD_INPUT: Final = 2
DISAGREES: Final = 3
UNREACHABLE: Final = 4
LOCKED: Final = 5
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


@click.group("audit")
def audit() -> None:
    """Re-verify a ledger's history."""


def _reading(command: F) -> F:
    """The argument and options of every command that reads a history."""
    for option in (
        click.option("--passphrase-file", type=_FILE, help="Instead of being asked."),
        click.option("--key", type=_FILE, help="Your keystore file, to read from a gateway."),
        click.argument("source", metavar="SOURCE"),
    ):
        command = option(command)
    return command


def _replaying(command: F) -> F:
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
            type=_FILE,
            help="A signed header from elsewhere, as in /v1/headers, to compare the end with.",
        ),
        click.option("--genesis-hash", help="The genesis hash that you know, 32 bytes in hex."),
        click.option(
            "--genesis",
            type=_FILE,
            help="The signed genesis file.  [default: genesis.cbor in SOURCE or above it]",
        ),
    ):
        command = option(command)
    return _reading(command)


@audit.command("replay")
@_replaying
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def replay(as_json: bool, workers: int, **wanted: Any) -> None:
    """Decide a history again from its genesis and compare every header, vote, signature, root and
    receipt; an independent model keeps its own books beside.

    SOURCE is a node's folder, a folder of block files, one exported file, or a gateway's address.
    Exit status: 0 if everything agrees, 3 with the first disagreement, 2 if the source or the
    genesis can't be read, 4 if the gateway can't be reached.

    Example: cfi audit replay https://gateway.example --genesis genesis.cbor --key auditor.json
    """
    findings = _audited(_history(wanted), workers)
    if as_json:
        click.echo(json.dumps(findings_json(findings), indent=2))
    else:
        Console().print(findings_page(findings))
    if not findings.agrees:
        raise click.exceptions.Exit(DISAGREES)


@audit.command("export")
@_reading
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
def export(source: str, file: Path, key: Path | None, passphrase_file: Path | None) -> None:
    """Copy a node's blocks into one new file; the node may be running.

    From a gateway, what was copied when the connection was lost for good stays in FILE.part, and
    the same command goes on from there. Exit status: 2 if the source can't be read or the file is
    there already, 4 if the gateway can't be reached.

    Example: cfi audit export /var/lib/cfi blocks.export
    """

    def work() -> int:
        if not is_address(source):
            return export_blocks(Path(source), file)
        blocks, _ = open_gateway(source, key, passphrase_file)
        return export_from_gateway(blocks, file)

    click.echo(f"{_or_exit(work)} blocks")


def _history(wanted: dict[str, Any]) -> History:
    return _or_exit(lambda: open_history(Wanted(**wanted)))


def _audited(history: History, workers: int) -> Findings:
    return _or_exit(lambda: _with_progress(history, workers))


def _or_exit(work: Callable[[], T]) -> T:
    """Do it; every error is a line on standard error and its exit status."""
    try:
        return work()
    except WrongPassphraseError as error:
        _leave(str(error), LOCKED)
    except GatewayRefusedError as error:
        _leave(f"the gateway shows no blocks: {error}", FAILED)
    except UnavailableError as error:
        _leave(str(error), UNREACHABLE)
    except (BadSourceError, GenesisError, KeystoreError, OSError) as error:
        _leave(str(error), BAD_INPUT)


def _leave(sentence: str, status: int) -> NoReturn:
    click.echo(sentence, err=True)
    raise click.exceptions.Exit(status)


def _with_progress(history: History, workers: int) -> Findings:
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
    with bar:
        task = bar.add_task("replay", total=history.total, height=0)
        return run_audit(
            history.beginning,
            history.records,
            workers,
            lambda height, size: bar.update(
                task, advance=1 if history.by_height else size, height=height
            ),
            history.known,
        )
