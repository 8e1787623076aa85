"""One measured figure beside the baseline measured in the same run."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What was measured, in which unit, against what and under which conditions."""

    name: str
    value: float
    unit: str
    baseline: str
    baseline_value: float
    ratio: float
    conditions: Mapping[str, str | int]


def compared(
    name: str,
    value: float,
    unit: str,
    baseline: tuple[str, float],
    conditions: Mapping[str, str | int],
) -> Measurement:
    """A measurement, its ratio being value over baseline (0 without a baseline)."""
    what, baseline_value = baseline
    return Measurement(
        name=name,
        value=value,
        unit=unit,
        baseline=what,
        baseline_value=baseline_value,
        ratio=value / baseline_value if baseline_value else 0.0,
        conditions=conditions,
    )
