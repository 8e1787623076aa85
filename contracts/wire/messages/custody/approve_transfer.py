"""Approve a transfer as the second person.  (ours)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveTransfer:
    """The agreement of another user of the sender."""

    delivery_id: Hash
    """The offer's or the donation's identity."""
