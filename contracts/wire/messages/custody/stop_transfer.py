"""Stop a holder's transfer that waits.  (RB 2.6.1)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTransfer:
    """The Exchange stops a transfer to another holder, and tells both why."""

    sender: HolderId
    delivery_id: Hash
    """The offer's or the donation's identity."""
    reason: Text
