"""`cfi bench`: figures with their baselines, measured in the same run."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from types import MappingProxyType
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from cfi.node.bench import over_http, proofs, replay, snapshot, start, transfers
from cfi.node.bench.measurement import Measurement
from cfi.node.bench.network import measure as network
from cfi.node.bench.network import sync
from cfi.node.home import HomeError

NETWORK: Final = "network"
SYNC: Final = "sync"
_LARGE: Final = 100.0
_COUNT: Final = click.IntRange(1)
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
@click.argument(
    "names", nargs=-1, type=click.Choice([*MEASURES, NETWORK, SYNC]), metavar="[NAME]..."
)
@click.option(
    "--accounts", type=_COUNT, default=1_000, show_default=True, help="Accounts that hold lots."
)
@click.option(
    "--lots",
    type=_COUNT,
    default=100_000,
    show_default=True,
    help="Lots in all, at least one each.",
)
@click.option(
    "--seconds", type=click.FloatRange(0, min_open=True), default=5.0, show_default=True,
    help="About how long the load lasts.",
)  # fmt: skip
@click.option(
    "--validators",
    type=click.Choice(["1", "4", "7"]),
    default="4",
    show_default=True,
    help="How many decide together in `network`, each with its CometBFT.",
)
@click.option("--json", "as_json", is_flag=True, help="A JSON list on stdout.")
def bench(
    names: tuple[str, ...],
    accounts: int,
    lots: int,
    seconds: float,
    validators: str,
    as_json: bool,
) -> None:
    r"""Measure this machine's ledger; ratios are against a baseline of the same run.

    `network` and `sync` want CometBFT and some minutes, and are measured only if they are named.

    \b
    Examples:
      cfi bench transfers --accounts 10000 --lots 1000000
      cfi bench network --validators 4
      cfi bench sync --accounts 10000 --lots 1000000
    """
    if lots < accounts:
        raise click.UsageError(f"{lots} lots are not enough for {accounts} accounts")
    measures: dict[str, Measure] = {
        **MEASURES,
        NETWORK: partial(network.measure, int(validators)),
        SYNC: lambda accounts, lots, _: sync.measure(accounts, lots),
    }
    try:
        found = []
        for name in names or tuple(MEASURES):
            click.echo(f"measuring {name}", err=True)
            found += measures[name](accounts, lots, seconds)
    except HomeError as error:
        raise click.ClickException(str(error)) from error
    _show(found, as_json)


def _show(found: Sequence[Measurement], as_json: bool) -> None:
    if as_json:
        click.echo(
            json.dumps([asdict(each) | {"conditions": dict(each.conditions)} for each in found])
        )
        return
    table = Table("name", "value", "unit", "baseline", "ratio")
    for each in found:
        against = f"{each.baseline}: {_figure(each.baseline_value)}"
        table.add_row(each.name, _figure(each.value), each.unit, against, f"{each.ratio:.2f}")
    console = Console()
    console.print(table)
    alike: dict[str, list[str]] = {}
    for each in found:
        alike.setdefault(str(dict(each.conditions)), []).append(each.name)
    for conditions, names in alike.items():
        console.print(f"{', '.join(names)}: {conditions}", style="dim")


def _figure(value: float) -> str:
    return f"{value:,.1f}" if abs(value) >= _LARGE else f"{value:.3g}"
