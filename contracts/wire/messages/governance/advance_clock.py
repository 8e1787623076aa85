"""Advance the programme clock.  (ours 0009)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceClock:
    """Market Operations moves the stepped clock on, from the next block."""

    to: Instant
