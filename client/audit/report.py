"""Findings as JSON and as a page for the terminal."""

from dataclasses import asdict
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table

from cfi.client.audit.findings import Disagreement, Findings
from cfi.contracts.wire.instruments import Instrument

NO_VOTES: Final = (
    "The votes for the last block stand in the block after it, which the source doesn't have; give "
    "a later header with --header."
)
NO_ROOT: Final = "The last height's root and results stand in the next header, which isn't known."
CONFIRMED: Final = "The last height is confirmed by the header that was given."
_COLUMNS: Final = ("issued", "held", "retired", "cancelled", "sold_outside")


def findings_json(findings: Findings) -> dict[str, Any]:
    """The findings as JSON: `agrees`, what was counted, the totals, the disagreement or null."""
    content = {"agrees": findings.agrees} | asdict(findings)
    content["totals"] = [row | {"type": Instrument(row["type"]).name} for row in findings.totals]
    return content


def findings_page(findings: Findings) -> RenderableType:
    """The findings as tables."""
    counted = Table("Checked", title=f"Audit of {findings.chain_id}", title_justify="left")
    counted.add_column("Value", overflow="fold")
    for name, value in (
        ("Genesis hash", findings.genesis_hash),
        ("Last height that agrees", findings.height),
        ("Its header", findings.header_hash or "none"),
        ("Its app hash", findings.app_hash or "none"),
        ("Transactions", findings.transactions),
        ("Acts done", findings.done),
        ("Acts refused", findings.refused),
        ("Blocks without acts", findings.empty_blocks),
        ("Commits verified", findings.commits),
        ("Offences of validators", findings.misbehaviour),
    ):
        counted.add_row(name, str(value))
    if findings.disagreement is not None:
        return Group(counted, _difference(findings.disagreement))
    return Group(counted, _totals(findings), _end(findings), "Everything agrees.")


def _end(findings: Findings) -> str:
    if findings.root_confirmed:
        return CONFIRMED
    return NO_ROOT if findings.block_confirmed else NO_VOTES


def _totals(findings: Findings) -> Table:
    table = Table("Tonnes of", title="Counted independently", title_justify="left")
    for name in _COLUMNS:
        table.add_column(name.replace("_", " "), justify="right")
    for row in findings.totals:
        tonnes = (f"{row[name]:,}" for name in _COLUMNS)
        table.add_row(f"{Instrument(row['type']).name}-{row['vintage']}", *tonnes)
    return table


def _difference(disagreement: Disagreement) -> Table:
    table = Table("First disagreement", title_justify="left")
    table.add_column("", overflow="fold")
    table.add_row("Height", str(disagreement.height))
    table.add_row("What", disagreement.what)
    table.add_row("Expected", disagreement.expected)
    table.add_row("Found", disagreement.found)
    return table
