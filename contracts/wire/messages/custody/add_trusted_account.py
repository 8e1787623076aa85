"""Let transfers to an account go without delay.  (ours)"""

from dataclasses import dataclass

from cfi.contracts.wire.text import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTrustedAccount:
    """An administrator's trust in an account, effective after the programme's delay."""

    account_id: AccountId
