"""`cfi bench`: figures with their baselines, measured in the same run."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from cfi.node.bench import over_http, proofs, replay, snapshot, start, transfers
from cfi.node.bench.measurement import Measurement

Measure = Callable[[int, int, float], list[Measurement]]

MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        "transfers": transfers.measure,
        "proofs": lambda accounts, lots, _: proofs.measure(accounts, lots),
        "replay": replay.measure,
        "model": replay.measure_model,
        "http": over_http.measure,
        "start": start.measure,
        "snapshot": lambda accounts, lots, _: snapshot.measure(accounts, lots),
    }
)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(MEASURES)), metavar="[NAME]...")
@click.option("--accounts", default=1_000, show_default=True, help="Accounts that hold lots.")
@click.option("--lots", default=100_000, show_default=True, help="Lots in all.")
@click.option("--seconds", default=5.0, show_default=True, help="About how long the load lasts.")
@click.option("--json", "as_json", is_flag=True, help="A JSON list on stdout.")
def bench(names: tuple[str, ...], accounts: int, lots: int, seconds: float, as_json: bool) -> None:
    """Measure this machine's ledger; ratios are against a baseline of the same run.

    Example: cfi bench transfers --accounts 10000 --lots 1000000
    """
    found = [
        measurement
        for name in names or tuple(MEASURES)
        for measurement in MEASURES[name](accounts, lots, seconds)
    ]
    if as_json:
        click.echo(
            json.dumps([asdict(each) | {"conditions": dict(each.conditions)} for each in found])
        )
        return
    table = Table("name", "value", "unit", "baseline", "ratio")
    for each in found:
        against = f"{each.baseline}: {each.baseline_value:,.1f}"
        table.add_row(each.name, f"{each.value:,.1f}", each.unit, against, f"{each.ratio:.2f}")
    console = Console()
    console.print(table)
    for each in found:
        console.print(f"{each.name}: {dict(each.conditions)}", style="dim")
