"""Elect the baseline period.  (RB file 13)"""

from dataclasses import dataclass

from cfi.contracts.wire.text import Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectBaselinePeriod:
    """A Member's election of one of the periods that the programme offers."""

    period: Identifier
    """As the programme names it: `1998-2001`, `2000`."""
