"""What the engine reports of a validator that broke its rules.  (CometBFT 0.38)"""

from dataclasses import dataclass
from enum import IntEnum, unique

from cfi.contracts.wire.headers import Timestamp


@unique
class MisbehaviourKind(IntEnum):
    """How a validator misbehaved, numbered as the engine does."""

    DUPLICATE_VOTE = 1
    """It voted twice at one height and round."""
    LIGHT_CLIENT_ATTACK = 2
    """It signed a header that isn't the chain's."""


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """One validator's offence, as evidence in a block proves it."""

    kind: MisbehaviourKind
    address: bytes
    """20 bytes, of the key that signed."""
    power: int
    """What the validator had at that height."""
    height: int
    time: Timestamp
    """The time of the block at that height."""
    total_power: int
    """What all had at that height."""
