"""Which stage of a year's true-up is open.  (RB 4.7)"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from cfi.contracts.state.rows.true_up import Stage, TrueUp
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.quantities import Instant, Year
from cfi.contracts.wire.refusal import Refusal, RefusedError

_DATES: Final[Mapping[Stage, Callable[[TrueUp], tuple[Instant, Instant]]]] = MappingProxyType(
    {
        Stage.ELECTIONS: lambda row: (row.elections_at, row.settles_at),
        Stage.CURE: lambda row: (row.cure_at, row.closes_at),
    }
)


def require_stage(state: StateView, year: Year, wanted: Stage, *others: Stage) -> None:
    """Refuse STAGE_NOT_OPEN unless the year is in the wanted stage, or in one of the others; tells
    where it is, and when the wanted stage begins and ends.
    """
    true_up = state.true_ups.get(number_key(year))
    if true_up is not None and true_up.stage in (wanted, *others):
        return
    begins_at, ends_at = (None, None) if true_up is None else _DATES[wanted](true_up)
    raise RefusedError(
        Refusal.STAGE_NOT_OPEN,
        "RB 4.7",
        {
            "compliance_year": year,
            "stage": None if true_up is None else true_up.stage.name,
            "begins_at": begins_at,
            "ends_at": ends_at,
        },
    )
