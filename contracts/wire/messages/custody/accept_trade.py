"""Accept an offer.  (RB 5.3.5, 5.8)"""

from dataclasses import dataclass

from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptTrade:
    """A buyer's agreement to the terms of an offer."""

    offer_id: Hash
    terms_hash: Hash
    """The digest of the terms that the buyer agrees to."""
    target: AccountId
    """The buyer's account; signing accepts the credit."""
