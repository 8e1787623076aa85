"""The terms of a bilateral trade, and the digest by which the buyer signs them.  (RB 5.3.5, 5.8)"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cfi.contracts.wire.quantities import CentsPerTonne, Instant, Tonnes
from cfi.contracts.wire.schema import Hash, schema_of
from cfi.contracts.wire.text import HolderId, LotId

TERMS_PREFIX: Final = b"cfi/offer/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is sold by whom to whom, for how much, and until when."""

    seller: HolderId
    buyer: HolderId
    lot_id: LotId
    """The lot that is held for the buyer: it begins where the seller's remaining lot ends."""
    tonnes: Tonnes
    price: CentsPerTonne
    expires_at: Instant


def terms_hash(terms: Terms) -> Hash:
    """SHA-256 of the terms under their own prefix."""
    return Hash(sha256(TERMS_PREFIX + schema_of(Terms).encode(terms)).digest())
