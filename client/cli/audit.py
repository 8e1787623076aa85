"""`cfi audit`: re-verify a ledger's history without trusting it.  (RB 2.7.4)"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from cfi.client.audit.export import export_blocks, export_from_gateway
from cfi.client.audit.provenance import Digested, provenance, report_json
from cfi.client.audit.proving import (
    Prover,
    Shown,
    UnknownOwnerError,
    owner_rows,
    public_row,
)
from cfi.client.audit.report import findings_json, findings_page
from cfi.client.audit.report_text import report_text
from cfi.client.audit.sources import source_bytes
from cfi.client.cli.audit_admissions import admissions
from cfi.client.cli.audit_run import (
    EndedError,
    audited,
    history_of,
    leave,
    or_exit,
    reading,
    replaying,
    with_progress,
)
from cfi.client.cli.audit_source import is_address, open_gateway
from cfi.client.cli.ending import FAILED, NOT_VERIFIED
from cfi.client.light.session import machine_now
from cfi.client.printing import printer
from cfi.contracts.state.catalogue import TABLES
from cfi.contracts.state.rows.custody import SUMMARY
from cfi.contracts.state.table import (
    AccountTable,
    HolderTable,
    PublicTable,
    RowKey,
    Table,
    account_owner,
    holder_owner,
)


@click.group("audit")
def audit() -> None:
    """Re-verify a ledger's history."""


@audit.command("replay")
@replaying
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def replay(as_json: bool, workers: int, **wanted: Any) -> None:
    """Decide a history again from its genesis and compare every header, vote, signature, root and
    receipt; an independent model keeps its own books beside.

    SOURCE is a node's folder, a folder of block files, one exported file, or a gateway's address.
    Exit status: 0 if everything agrees, 3 with the first disagreement, 2 if the source or the
    genesis can't be read, 4 if the gateway can't be reached. Where there is no verdict, the JSON
    has null for it and the reason.

    Example: cfi audit replay https://gateway.example --genesis genesis.cbor --key auditor.json
    """
    try:
        findings = audited(history_of(wanted), workers)
    except EndedError as ended:
        if as_json:
            told = {"agrees": None, "reason": ended.sentence, "status": ended.exit_code}
            click.echo(json.dumps(told, indent=2))
        raise
    if as_json:
        click.echo(json.dumps(findings_json(findings), indent=2))
    else:
        printer().print(findings_page(findings))
    if not findings.agrees:
        raise click.exceptions.Exit(NOT_VERIFIED)


@audit.command("report")
@replaying
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path),
    required=True,
    help="A new folder for report.json and report.txt.",
)
@click.option("--auditor", "name", default="", help="Who you are, as the report is to say.")
def report(folder: Path, name: str, workers: int, **wanted: Any) -> None:
    """Replay a history as `cfi audit replay` does, and keep a report of it: who, what, when, with
    which program, every check, the findings, the totals.

    The source's digest in it is that of the file that `cfi audit export` makes. Exit status: as
    `cfi audit replay`; a report is kept of a disagreement too.

    Example: cfi audit report blocks.export --genesis genesis.cbor --to report-2006
    """
    history, began = history_of(wanted), machine_now()
    source = Digested(history.records)
    or_exit(folder.mkdir)
    try:
        findings = audited(replace(history, records=source), workers)
    except BaseException:
        folder.rmdir()
        raise
    made = provenance(
        auditor=name,
        began=began,
        ended=machine_now(),
        name=history.name,
        source=source,
        genesis=history.genesis_file,
    )
    told = report_json(findings, made)
    (folder / "report.json").write_text(json.dumps(told, indent=2) + "\n")
    (folder / "report.txt").write_text(report_text(findings, made))
    click.echo(f"{folder}: {'everything agrees' if findings.agrees else 'a disagreement'}")
    if not findings.agrees:
        raise click.exceptions.Exit(NOT_VERIFIED)


@audit.command("prove")
@replaying
@click.option("--height", type=click.IntRange(min=1), required=True, help="After which block.")
@click.option("--table", required=True, help="A public table's name; or an owner's table, or all.")
@click.option("--row", "row_key", metavar="HEX", help="The key of a public row in its table.")
@click.option("--account", metavar="ID", help="The account whose rows are wanted.")
@click.option("--holder", metavar="ID", help="The holder whose rows are wanted.")
@click.option("--json", is_flag=True, expose_value=False, help="The proof is JSON anyway.")
def prove(
    height: int,
    table: str,
    row_key: str | None,
    account: str | None,
    holder: str | None,
    workers: int,
    **wanted: Any,
) -> None:
    """Prove rows as they were after an old height, by replaying to it; prints JSON.

    The proofs are those that a gateway gives of the last heights: ICS23, against the app hash of
    the header in `light_block`, whose votes the replay verified. Exit status: 1 if there is no such
    account or holder, else as `cfi audit replay`.

    Example: cfi audit prove blocks.export --height 40 --table supply --row 0107d3
    """
    shown = _shown(table, row_key, account, holder)
    history = history_of(wanted)
    prover = Prover(history.beginning, height, shown, history.known)

    def work() -> dict[str, Any]:
        return with_progress(
            history.total,
            lambda told: prover.prove(history.records, workers, told),
            by_height=history.by_height,
        )

    try:
        click.echo(json.dumps(or_exit(work), indent=2))
    except UnknownOwnerError as error:
        leave(f"after height {height} there is no {error.owner}", FAILED)


def _shown(table: str, row_key: str | None, account: str | None, holder: str | None) -> Shown:
    """What is asked for: a public row, or an owner's rows; raises UsageError."""
    if (row_key, account, holder).count(None) != 2:  # noqa: PLR2004 - one of the three
        raise click.UsageError("give one of --row, --account and --holder")
    if row_key is not None:
        return public_row(RowKey(bytes((_tag(table, PublicTable),)) + _unhex(row_key)))
    if account is not None:
        return owner_rows(account, account_owner(account), _tags(table, AccountTable))
    assert holder is not None, "one of the three is given"
    return owner_rows(holder, holder_owner(holder), _tags(table, HolderTable))


def _tags(name: str, kind: type[Table[Any]]) -> list[int]:
    """The first row's table and the named one, or all of the owner's."""
    if name == "all":
        return [tag for tag, table in sorted(TABLES.items()) if isinstance(table, kind)]
    return sorted({SUMMARY.tag, _tag(name, kind)})


def _tag(name: str, kind: type[Table[Any]]) -> int:
    known = {table.name: tag for tag, table in TABLES.items() if isinstance(table, kind)}
    if name not in known:
        raise click.BadParameter(f"one of {', '.join(sorted(known))}", param_hint="--table")
    return known[name]


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise click.BadParameter("not in hex", param_hint="--row") from error


@audit.command("export")
@reading
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
            path = Path(source)
            return with_progress(
                source_bytes(path), lambda told: export_blocks(path, file, told), by_height=False
            )
        blocks, _ = open_gateway(source, key, passphrase_file)
        return with_progress(
            blocks.last, lambda told: export_from_gateway(blocks, file, told), by_height=True
        )

    click.echo(f"{or_exit(work)} blocks")


audit.add_command(admissions)
