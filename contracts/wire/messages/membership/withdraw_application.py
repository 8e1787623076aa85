"""Withdraw an application.  (ours)"""

from dataclasses import dataclass

from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawApplication:
    """The registrar takes back an application at the applicant's wish."""

    applicant: HolderId
