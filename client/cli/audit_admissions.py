"""`cfi audit admissions`: were acts overtaken or left out?  (ours 0042)"""

import json
from pathlib import Path
from typing import Any

import click

from cfi.client.audit.admission_report import admissions_json, admissions_page
from cfi.client.audit.admissions import PATIENCE, Watch, judge
from cfi.client.audit.report import findings_json, findings_page
from cfi.client.cli.audit_run import audited, history_of, leave, or_exit, replaying
from cfi.client.cli.ending import BAD_INPUT, NOT_VERIFIED
from cfi.client.light.admissions import kept_admissions
from cfi.client.printing import printer
from cfi.contracts.state.view import StateView


@click.command("admissions")
@replaying
@click.argument(
    "files",
    metavar="RECEIPT...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    default=PATIENCE,
    show_default=True,
    help="Heights after its admission in which an act should be decided.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def admissions(
    files: tuple[Path, ...], patience: int, as_json: bool, workers: int, **wanted: Any
) -> None:
    """Compare admission receipts with a history that is replayed: which acts were overtaken by
    others that the same node took later, which were left out, which receipts are no evidence.

    SOURCE is as for `cfi audit replay`. A RECEIPT is a file, or a folder of them as `cfi tx` keeps
    it. Exit status: 0 if nothing is listed, 3 if something is or the history disagrees, else as
    `cfi audit replay`.

    Example: cfi audit admissions blocks.export cfi-light --genesis genesis.cbor
    """
    receipts = or_exit(lambda: [each for path in files for each in kept_admissions(path)])
    if not receipts:
        leave(f"no receipts in {', '.join(map(str, files))}", BAD_INPUT)
    history, watch = history_of(wanted), Watch.for_receipts(receipts)
    replayed = audited(history, workers, watch.see)
    if not replayed.agrees:
        told: dict[str, Any] = {"replay": findings_json(replayed), "admissions": None}
        _show(told, findings_page(replayed), as_json)
        raise click.exceptions.Exit(NOT_VERIFIED)
    state = StateView(history.beginning.state)
    found = judge(receipts, watch, state, replayed.chain_id, replayed.height, patience)
    told = {"replay": findings_json(replayed), "admissions": admissions_json(found)}
    _show(told, admissions_page(found), as_json)
    if not found.clean:
        raise click.exceptions.Exit(NOT_VERIFIED)


def _show(told: dict[str, Any], page: Any, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(told, indent=2))
    else:
        printer().print(page)
