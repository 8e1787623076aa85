"""Donate CFIs to a not-for-profit holder.  (RB 4.13)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.text import AccountId, HolderId, LotId


@dataclass(frozen=True, slots=True, kw_only=True)
class DonateLot:
    """A donor's gift, for compliance or retirement only; its officer attests that the recipient
    is independent.
    """

    account_id: AccountId
    lot_id: LotId
    tonnes: Tonnes
    recipient: HolderId
    """Not-for-profit, and independent of the donor; the CFIs arrive in its first account."""
