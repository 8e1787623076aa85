"""Stop a transfer that waits.  (ours)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelDelayedTransfer:
    """A sender's cancellation during the delay."""

    delivery_id: Hash
    """The offer's or the donation's identity."""
