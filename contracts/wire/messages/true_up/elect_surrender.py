"""Say which CFIs are surrendered for a year.  (RB 4.7, 5.3.1)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Tonnes, Year
from cfi.contracts.wire.text import AccountId, LotId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenLot:
    """Part or all of one lot."""

    account_id: AccountId
    lot_id: LotId
    tonnes: Tonnes
    """Whole CFIs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectSurrender:
    """A Member's notice which CFIs it surrenders, in this order, after those it named before."""

    compliance_year: Year
    lots: tuple[ChosenLot, ...]
