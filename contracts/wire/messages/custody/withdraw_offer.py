"""Take back an offer.  (ours)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOffer:
    """A seller's withdrawal of an open offer."""

    offer_id: Hash
