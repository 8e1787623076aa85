"""Set a parameter.  (RB 3.14)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Count, Height
from cfi.contracts.wire.text import Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class SetParameter:
    """The Exchange changes a number, from a height to come."""

    name: Identifier
    value: Count
    from_height: Height
