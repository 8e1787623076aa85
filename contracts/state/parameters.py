"""Parameters in force at a height.  (RB 3.14)"""

from cfi.contracts.state.table import text_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.quantities import Count, Height
from cfi.contracts.wire.refusal import InvariantBroken, Refusal, RefusedError


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
