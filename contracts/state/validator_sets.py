"""Which validators sign which height.  (ours 0025)

What a block changes acts two heights later, so the sets up to the next height but one are known.
"""

from collections.abc import Iterable

from cfi.contracts.state.changes import Changes, put_public
from cfi.contracts.state.rows.validators import (
    VALIDATOR_SETS,
    VALIDATORS,
    SetFrom,
    ValidatorKey,
    ValidatorRecord,
)
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.quantities import Count, Height
from cfi.contracts.wire.schema import PublicKey
from cfi.contracts.wire.text import HolderId
from cfi.contracts.wire.validators import Validator, ValidatorSet

FIRST_HEIGHT = Height(1)
HEIGHTS_UNTIL_IN_FORCE = 2
NO_VALIDATORS = ValidatorSet(validators=())


def validators_at(state: StateView, height: int) -> ValidatorSet:
    """The validators that sign a height, and whose hash its header carries; for a height whose
    validators aren't known yet, the last ones known.
    """
    row = state.validator_sets.latest(number_key(height))
    if row is None:
        return NO_VALIDATORS
    return ValidatorSet(
        validators=tuple(
            Validator(public_key=each.key, voting_power=each.power) for each in row.validators
        )
    )


def seated(state: StateView) -> ValidatorSet:
    """The validators as the acts so far have set them; the suspended are none."""
    return ValidatorSet.of(
        Validator(public_key=each.key, voting_power=each.power)
        for each in state.validators.all()
        if each.power
    )


def updates_between(before: ValidatorSet, after: ValidatorSet) -> tuple[Validator, ...]:
    """What turns one set into another, each key at most once, in key order; power 0 removes."""
    old = {each.public_key: each.voting_power for each in before.validators}
    new = {each.public_key: each.voting_power for each in after.validators}
    return tuple(
        Validator(public_key=key, voting_power=new.get(key, 0))
        for key in sorted(old | new)
        if old.get(key) != new.get(key)
    )


def founding(validators: Iterable[ValidatorKey], operator: HolderId) -> Changes:
    """The validators that a chain starts with: whoever founds it runs them all."""
    keys = tuple(validators)
    records = (
        ValidatorRecord(key=each.key, operator=operator, power=each.power, replaces=None)
        for each in keys
    )
    first = ValidatorSet.of(
        Validator(public_key=each.key, voting_power=each.power) for each in keys
    )
    return Changes.of(
        *(put_public(VALIDATORS, record) for record in records),
        set_from(FIRST_HEIGHT, first.validators),
    )


def set_from(height: int, validators: Iterable[Validator]) -> Changes:
    """Write down who signs from a height on."""
    row = SetFrom(
        from_height=Height(height),
        validators=tuple(
            ValidatorKey(key=PublicKey(each.public_key), power=Count(each.voting_power))
            for each in validators
        ),
    )
    return Changes.of(put_public(VALIDATOR_SETS, row))
