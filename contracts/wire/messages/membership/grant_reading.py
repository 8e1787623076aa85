"""Grant reading.  (ours)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantReading:
    """An auditor may read everything for a time."""

    auditor: HolderId
    from_at: Instant
    to_at: Instant
    grounds: Hash
