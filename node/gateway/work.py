"""What answers cost the ledger, in work units of about 100 microseconds, as acts have them.

Who asks has a budget of work: a page costs by its rows, a dry run by its act. The most that an
answer may cost is taken before it is asked for, and what it didn't cost is given back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from cfi.node.page import MOST_MOVEMENTS, MOST_OWN_ROWS, MOST_PUBLIC_ROWS

_PUBLIC_ROWS_PER_UNIT: Final = 64
_OWN_ROWS_PER_UNIT: Final = 3
"""Each comes with its path."""
_MOVEMENTS_PER_UNIT: Final = 64


@dataclass(frozen=True, slots=True)
class Price:
    """The most work that an answer may be, and the work that it was."""

    most: int
    work_of: Callable[[Any], int]


def _listed(count: int, per_unit: int) -> int:
    return 1 + count // per_unit


def price_of_public_rows(limit: int) -> Price:
    """A page of a public table of so many rows at most."""
    most = min(limit, MOST_PUBLIC_ROWS)
    return Price(
        _listed(most, _PUBLIC_ROWS_PER_UNIT),
        lambda told: _listed(len(told["rows"]), _PUBLIC_ROWS_PER_UNIT),
    )


def price_of_own_rows(limit: int) -> Price:
    """A page of an owner's rows of so many at most."""
    most = min(limit, MOST_OWN_ROWS)
    return Price(
        _listed(most, _OWN_ROWS_PER_UNIT),
        lambda told: _listed(len(told["rows"]), _OWN_ROWS_PER_UNIT),
    )


MOVEMENTS: Final = Price(
    _listed(MOST_MOVEMENTS, _MOVEMENTS_PER_UNIT),
    lambda told: _listed(len(told), _MOVEMENTS_PER_UNIT),
)
DRY_RUN: Final = Price(500, lambda told: 1 + told["gas"])
"""What an act costs isn't known before: above this it is owed."""
A_FEW_ROWS: Final = Price(2, lambda _: 2)
"""An act, a first row, one Member's figures: the same whatever is found."""
