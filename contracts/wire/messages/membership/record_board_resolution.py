"""Record a board resolution.  (RB 2.6.1)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBoardResolution:
    """A holder's board, or its senior executive if it has none, authorises trading."""

    document: Hash
    resolved_at: Instant
