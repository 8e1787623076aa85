"""Donate CFIs to a party that is no holder: they are retired for it.  (RB 4.13)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.text import AccountId, LotId, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DonateForRetirement:
    """A donor's gift that is retired at once; its officer attests that the recipient is
    independent.
    """

    account_id: AccountId
    lot_id: LotId
    tonnes: Tonnes
    retirement_account: AccountId
    """The donor's."""
    beneficiary: Text
    """The recipient, not-for-profit and independent of the donor; public."""
