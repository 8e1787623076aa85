"""A validator that the engine caught is recorded, and suspended at once.  (ours 0025)

It takes whatever the engine reports and refuses nothing: a block whose evidence can't be dealt with
would halt the chain.
"""

from dataclasses import replace
from typing import Final

from cfi.contracts.state.changes import NO_CHANGES, Changes, put_public
from cfi.contracts.state.notices import NoticeKind, notify
from cfi.contracts.state.rows.validators import OFFENCES, VALIDATORS, Offence, ValidatorRecord
from cfi.contracts.state.validator_sets import seated
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.misbehaviour import Misbehaviour
from cfi.contracts.wire.quantities import RANGES, Count, Height, Instant
from cfi.contracts.wire.schema import Address
from cfi.contracts.wire.validators import address_of

_SUSPENDED: Final = Count(0)


def suspend_validator(state: StateView, reported: Misbehaviour, block: BlockContext) -> Changes:
    """Record the offence, once, and take the validator's power unless nobody else has any."""
    validator = _by_address(state, reported.address)
    others = any(each.address != reported.address for each in seated(state).validators)
    suspended = validator is not None and validator.power > 0 and others
    offence = Offence(
        kind=reported.kind,
        address=Address(reported.address),
        height=Height(_within(Height, reported.height)),
        time=Instant(_within(Instant, reported.time.seconds)),
        operator=None if validator is None else validator.operator,
        suspended=suspended,
        reported_at=block.height,
    )
    if state.offences.get(OFFENCES.key(offence)) is not None:
        return NO_CHANGES

    recorded = Changes.of(put_public(OFFENCES, offence))
    if validator is None or not suspended:
        return recorded
    return Changes.of(
        recorded,
        put_public(VALIDATORS, replace(validator, power=_SUSPENDED)),
        notify(state, block, NoticeKind.VALIDATOR_SUSPENDED, reported.address.hex()),
    )


def _by_address(state: StateView, address: bytes) -> ValidatorRecord | None:
    return next((row for row in state.validators.all() if address_of(row.key) == address), None)


def _within(unit: object, value: int) -> int:
    """A number from the engine, in the range that a row can hold."""
    least, greatest = RANGES[unit]
    return min(max(value, least), greatest)
