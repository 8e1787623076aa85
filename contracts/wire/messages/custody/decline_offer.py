"""Decline an offer.  (ours)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineOffer:
    """A buyer's refusal of an open offer."""

    offer_id: Hash
