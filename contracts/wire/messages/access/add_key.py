"""Add a key.  (RB 5.3.3)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import PublicKey, Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class AddKey:
    """A user adds a key of its own."""

    key: PublicKey
    possession: Signature
    valid_from: Instant | None
    """From now if absent."""
    valid_to: Instant | None
    """For good if absent."""
