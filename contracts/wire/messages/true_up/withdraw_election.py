"""Take back the choice of a lot for surrender.  (RB 4.7)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Year
from cfi.contracts.wire.text import AccountId, LotId


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawElection:
    """A Member's notice that it doesn't surrender a lot that it had named."""

    compliance_year: Year
    account_id: AccountId
    lot_id: LotId
