"""How far a set of validators may change at once, and the steps to a wanted one.  (ours 0025)

Sets are told by key and power. A light client that trusts one set believes another as long as a
third of the trusted power signs; and as long as a third of the power isn't new at once, machines
that aren't ready can't halt the chain.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Powers = Mapping[bytes, int]
"""Voting power by consensus key; none is 0."""


class NoStepError(ValueError):
    """No step leads from a set to the wanted one."""


@dataclass(frozen=True, slots=True)
class PowerStep:
    """One validator's next power; 0 removes it."""

    key: bytes
    before: int
    after: int


def changed_power(before: Powers, after: Powers, replaced: Mapping[bytes, bytes]) -> int:
    """The power added plus the power removed between two sets, net; where a key of `replaced`
    stands in for another, the power that changed keys counts once.
    """
    kept = dict(before)
    moved = 0
    for new, old in replaced.items():
        if new in after and new not in before and old in before and old not in after:
            kept[new] = kept.pop(old)
            moved += kept[new]
    keys = sorted(kept | dict(after))
    return moved + sum(abs(after.get(key, 0) - kept.get(key, 0)) for key in keys)


def may_change(changed: int, total: int, divisor: int) -> bool:
    """True if a change is at most the total before it, divided; 0 is no bound."""
    return changed * divisor <= total


def plan_steps(current: Powers, wanted: Powers, divisor: int) -> list[list[PowerStep]]:
    """The steps from one set to another, each as large as it may be; between two steps lie two
    heights. Additions come first: the more power there is, the larger the next step.

    Raises NoStepError where the wanted set is empty or the present one too small to change.
    """
    if not wanted:
        raise NoStepError("the wanted set has no validator")
    now, steps = dict(current), []
    while now != dict(wanted):
        step = _step(now, wanted, divisor)
        if not step:
            raise NoStepError(f"a total power of {sum(now.values())} is too small for any step")
        for each in step:
            now[each.key] = each.after
            if not each.after:
                del now[each.key]
        steps.append(step)
    return steps


def _step(now: Powers, wanted: Powers, divisor: int) -> list[PowerStep]:
    total = sum(now.values())
    left = total // divisor if divisor else total + sum(wanted.values())
    differences = [
        (key, now.get(key, 0), wanted.get(key, 0) - now.get(key, 0))
        for key in sorted(dict(now) | dict(wanted))
    ]
    step = []
    for key, before, difference in sorted(differences, key=lambda each: each[2] < 0):
        change = min(abs(difference), left)
        if change:
            left -= change
            step.append(PowerStep(key, before, before + (change if difference > 0 else -change)))
    return step
