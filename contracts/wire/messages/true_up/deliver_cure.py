"""Deliver what was still missing for a year.  (RB 4.7)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Tonnes, Year
from cfi.contracts.wire.text import AccountId, LotId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverCure:
    """A Member's surrender of part or all of one lot after the settlement left it short."""

    compliance_year: Year
    account_id: AccountId
    lot_id: LotId
    tonnes: Tonnes
    """Whole CFIs."""
