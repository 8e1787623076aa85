"""Approve a proposed act.  (RB 3.5, 3.6)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """The second of two people agrees to exactly this body; the act is decided now."""

    proposal_id: Hash
    """The id of the act that proposed it."""
    body_hash: Hash
    """SHA-256 of the proposed body."""
