"""Trust an account no more.  (ours)"""

from dataclasses import dataclass

from cfi.contracts.wire.text import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTrustedAccount:
    """An administrator's withdrawal of trust, effective at once."""

    account_id: AccountId
