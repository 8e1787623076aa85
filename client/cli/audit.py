"""`cfi audit`: re-verify a ledger's history without trusting it.  (RB 2.7.4)"""

import json
import os
from pathlib import Path
from typing import Final

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
from cfi.client.audit.beginning import Beginning, begin_with
from cfi.client.audit.export import export_blocks
from cfi.client.audit.findings import Findings
from cfi.client.audit.known_header import KnownHeader, read_known_header
from cfi.client.audit.report import findings_json, findings_page
from cfi.client.audit.sources import BadSourceError, source_bytes
from cfi.contracts.state.genesis import GenesisError

BAD_INPUT: Final = 2
DISAGREES: Final = 3
GENESIS_NAME: Final = "genesis.cbor"


@click.group("audit")
def audit() -> None:
    """Re-verify a ledger's history."""


@audit.command("replay")
@click.argument("source", type=click.Path(exists=True, path_type=Path), metavar="SOURCE")
@click.option(
    "--genesis",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The signed genesis file.  [default: genesis.cbor in SOURCE or above it]",
)
@click.option("--genesis-hash", help="The genesis hash that you know, 32 bytes in hex.")
@click.option(
    "--header",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A signed header from elsewhere, as /v1/headers gives it, to compare the end with.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=max((os.cpu_count() or 1) - 1, 0),
    show_default=True,
    help="Processes that verify signatures beside this one.",
)
def replay(
    source: Path,
    genesis: Path | None,
    genesis_hash: str | None,
    header: Path | None,
    as_json: bool,
    workers: int,
) -> None:
    """Decide a history again from its genesis and compare every header, vote, signature, root and
    receipt; an independent model keeps its own books beside.

    SOURCE is a node's folder, a folder of block files or one exported file. Exit status: 0 if
    everything agrees, 3 with the first disagreement, 2 if the source or the genesis can't be read.

    Example: cfi audit replay blocks.export --genesis genesis.cbor
    """
    try:
        beginning = _beginning(source, genesis, genesis_hash)
        known = None if header is None else read_known_header(header.read_bytes(), beginning)
        findings = _with_progress(beginning, source, workers, known)
    except (BadSourceError, GenesisError, OSError) as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(BAD_INPUT) from error
    if as_json:
        click.echo(json.dumps(findings_json(findings), indent=2))
    else:
        Console().print(findings_page(findings))
    if not findings.agrees:
        raise click.exceptions.Exit(DISAGREES)


@audit.command("export")
@click.argument("source", type=click.Path(exists=True, path_type=Path), metavar="SOURCE")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
def export(source: Path, file: Path) -> None:
    """Copy a node's blocks into one new file; the node may be running.

    Exit status: 2 if the source can't be read or the file is there already.

    Example: cfi audit export /var/lib/cfi blocks.export
    """
    try:
        count = export_blocks(source, file)
    except (BadSourceError, OSError) as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(BAD_INPUT) from error
    click.echo(f"{count} blocks")


def _beginning(source: Path, genesis: Path | None, known_hash: str | None) -> Beginning:
    path = genesis or _genesis_of(source)
    beginning = begin_with(path.read_bytes())
    if known_hash is not None and known_hash.lower() != beginning.genesis_hash.hex():
        raise GenesisError(
            f"{path.name} has the genesis hash {beginning.genesis_hash.hex()}, not the given one"
        )
    return beginning


def _genesis_of(source: Path) -> Path:
    for folder in (source, *source.resolve().parents[:2]):
        if (folder / GENESIS_NAME).is_file():
            return folder / GENESIS_NAME
    raise BadSourceError(f"no {GENESIS_NAME} in {source} or above it; give --genesis")


def _with_progress(
    beginning: Beginning, source: Path, workers: int, known: KnownHeader | None
) -> Findings:
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
        task = bar.add_task("replay", total=source_bytes(source), height=0)
        return run_audit(
            beginning,
            source,
            workers,
            lambda height, size: bar.update(task, advance=size, height=height),
            known,
        )
