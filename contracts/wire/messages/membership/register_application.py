"""File an application.  (RB 2.4.1, 11.1)"""

from dataclasses import dataclass

from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import Cents, Tonnes, Year
from cfi.contracts.wire.schema import Hash, PublicKey, Seed, Signature
from cfi.contracts.wire.text import HolderId, Identifier, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterApplication:
    """The registrar files a prospective holder's application."""

    applicant: HolderId
    """The holder's identifier to be: lower-case letters, digits and hyphens, at most 48."""
    holder_class: HolderClass
    documents: tuple[Hash, ...]
    """SHA-256 of each."""
    fee_paid: Cents
    country: Identifier
    not_for_profit: bool
    first_year: Year
    direct_emissions: Tonnes
    """A year's."""
    user_id: UserId
    """The first administrator."""
    key: PublicKey
    possession: Signature
    holder_seed: Seed
    trading_seed: Seed
    retirement_seed: Seed
