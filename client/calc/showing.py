"""How a calculator's figures are shown: as JSON values and in tables for people."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from rich.table import Table

from cfi.client.printing import printer
from cfi.contracts.wire.quantities import nearest

PLACES: Final = 6
_NOTHING: Final = "-"


def shown(value: Fraction) -> str:
    """A decimal: exact where it is finite, otherwise to 6 places, halves away from zero."""
    twos, rest = _factor(value.denominator, 2)
    fives, rest = _factor(rest, 5)
    places = max(twos, fives) if rest == 1 else PLACES
    scaled = nearest(value * 10**places)
    sign = "-" if scaled < 0 else ""
    whole, fraction = divmod(abs(scaled), 10**places)
    digits = f"{fraction:0{places}d}".rstrip("0") if places and rest == 1 else ""
    if rest != 1:
        digits = f"{fraction:0{places}d}"
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def cell(value: object) -> str:
    """A value for people: thousands apart, a dash for what doesn't apply."""
    match value:
        case None:
            return _NOTHING
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case _:
            return str(value)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on standard output: the first column to the left, the others to the right."""
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    printer().print(table)


def _factor(number: int, prime: int) -> tuple[int, int]:
    """How often a prime divides a number, and what is left."""
    times = 0
    while number % prime == 0:
        number //= prime
        times += 1
    return times, number
