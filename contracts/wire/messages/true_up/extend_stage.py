"""Let a stage of a true-up go on for longer.  (ours)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Instant, SmallCode, Year


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendStage:
    """The Exchange's decision that a stage begins later, so that the one before goes on."""

    compliance_year: Year
    stage: SmallCode
    """The `Stage` that begins later."""
    begins_at: Instant
