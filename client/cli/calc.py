"""`cfi calc`: the contracts' own arithmetic, without a node."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from cfi.client.calc import allocation as allocation_calc
from cfi.client.calc import baseline as baseline_calc
from cfi.client.calc import position as position_calc
from cfi.client.calc.reading import InputFaults, parse
from cfi.client.cli.ending import BAD_INPUT

STANDARD_INPUT: Final = "-"
Report = dict[str, object]
Command = Callable[[str | None, bool, bool], None]


@click.group()
def calc() -> None:
    """Work out baselines, positions and allocations as the ledger does."""


def options(command: Command) -> Command:
    """The argument and options of every calculator."""
    command = click.option("--example", is_flag=True, help="Print a valid input.")(command)
    command = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)
    return click.argument("file", metavar="FILE", required=False)(command)


@calc.command()
@options
def baseline(file: str | None, as_json: bool, example: bool) -> None:
    """Baselines of facilities and of the Member, and its allocations (RB 6).

    FILE is JSON, or '-' for standard input. Exit status: 0, or 2 for bad input.

    Example: cfi calc baseline --example | cfi calc baseline -
    """
    run_calculator(file, as_json, baseline_calc.EXAMPLE if example else None, BASELINE)


@calc.command()
@options
def position(file: str | None, as_json: bool, example: bool) -> None:
    """Where a Member stands, year by year: what it must buy, may sell and bank (RB 4.7 to 4.11).

    FILE is JSON, or '-' for standard input. Exit status: 0, or 2 for bad input.

    Example: cfi calc position --example | cfi calc position -
    """
    run_calculator(file, as_json, position_calc.EXAMPLE if example else None, POSITION)


@calc.command()
@options
def allocation(file: str | None, as_json: bool, example: bool) -> None:
    """Allowances of each vintage, and those withheld for auctions (RB 4.6, 4.12).

    FILE is JSON, or '-' for standard input. Exit status: 0, or 2 for bad input.

    Example: cfi calc allocation --example | cfi calc allocation -
    """
    run_calculator(file, as_json, allocation_calc.EXAMPLE if example else None, ALLOCATION)


Calculator = tuple[Callable[[object], Report], Callable[[Report], None]]
BASELINE: Final[Calculator] = (baseline_calc.baseline_report, baseline_calc.print_baseline)
POSITION: Final[Calculator] = (position_calc.position_report, position_calc.print_position)
ALLOCATION: Final[Calculator] = (
    allocation_calc.allocation_report,
    allocation_calc.print_allocation,
)


def run_calculator(
    file: str | None, as_json: bool, example: object, calculator: Calculator
) -> None:
    """Answer a file's input, or print the example; every fault is a line on standard error."""
    work_out, print_report = calculator
    if example is not None:
        click.echo(json.dumps(example, indent=2))
        return
    if file is None:
        raise click.UsageError("FILE is missing: a JSON file, or '-' for standard input")
    try:
        report = work_out(parse(_read(file)))
    except InputFaults as found:
        for fault in found.faults:
            click.echo(fault, err=True)
        raise click.exceptions.Exit(BAD_INPUT) from found
    if as_json:
        click.echo(json.dumps(report))
    else:
        print_report(report)


def _read(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except OSError as error:
        raise InputFaults([f"$: {file} can't be read: {error.strerror}"]) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputFaults([f"$: not UTF-8 at byte {error.start}"]) from error
