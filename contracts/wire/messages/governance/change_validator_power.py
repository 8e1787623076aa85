"""Change a validator's power.  (ours 0025)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Count
from cfi.contracts.wire.schema import PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeValidatorPower:
    """The Exchange gives a validator another power, from the next height but one; a suspended one
    comes back by it.
    """

    key: PublicKey
    power: Count
