"""Where and when a rule runs, and for whom: the only source of time and height."""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Height, Instant
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockContext:
    """The block that a rule runs in, and the act that it decides.

    For an act under four eyes `signer` is who proposed it and `approver` who approved it. For work
    that is due both are the Exchange and empty.
    """

    chain_id: str
    height: Height
    now: Instant
    """The programme clock."""
    act_id: Hash
    """The act's identity; for due work, the digest of what was due."""
    holder_id: HolderId
    """Whom the signer acts for."""
    signer: UserId
    approver: UserId | None = None
