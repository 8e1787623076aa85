"""Record what an audit found.  (RB 10.3)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Year
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFindings:
    """The auditor sends a Member's report back with its findings."""

    member: HolderId
    year: Year
    document_hash: Hash
    """SHA-256 of the auditor's paper."""
