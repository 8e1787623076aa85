"""Propose an act of the Exchange that needs a second person.  (RB 3.5, 3.6)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import SmallCode
from cfi.contracts.wire.schema import Data


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose:
    """The first of two people states the whole act; nothing happens yet."""

    message_number: SmallCode
    body: Data
    """The inner message's body, encoded."""
