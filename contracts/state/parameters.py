"""Parameters in force at a height, and what they may be set to.  (RB 3.14)"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cfi.contracts.state.table import text_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.limits import MAX_MEMBER_TONNES
from cfi.contracts.wire.quantities import SECONDS_PER_DAY, Count, Height
from cfi.contracts.wire.refusal import InvariantBroken, Refusal, RefusedError

_YEAR_SECONDS: Final = 366 * SECONDS_PER_DAY
PARAMETER_RANGES: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "proposal_seconds": (60, _YEAR_SECONDS),
        "decision_business_days": (1, 366),
        "associate_tonnes": (0, MAX_MEMBER_TONNES),
        "jurisdiction_months": (0, 120),
        "loosening_delay_seconds": (0, _YEAR_SECONDS),
        "validator_change_divisor": (0, 10**6),
        "upgrade_notice_heights": (0, 10**7),
    }
)
"""The least and the greatest that each may be set to."""


def value_of(state: StateView, name: str, height: Height) -> Count:
    """A parameter that every genesis sets."""
    value = _in_force(state, name, height)
    if value is None:
        raise InvariantBroken(f"the genesis sets no {name}")
    return value


def required_value(state: StateView, name: str, height: Height, section: str) -> Count:
    """A parameter without a default; refuses PARAMETER_NOT_SET where the programme sets none."""
    value = _in_force(state, name, height)
    if value is None:
        raise RefusedError(Refusal.PARAMETER_NOT_SET, section, {"parameter": name})
    return value


def _in_force(state: StateView, name: str, height: Height) -> Count | None:
    row = state.parameters.get(text_key(name))
    if row is None:
        return None
    if row.next_from is not None and row.next_from <= height:
        return row.next_value
    return row.value
