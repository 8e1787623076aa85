"""Decide an application.  (RB 2.4.1)"""

from dataclasses import dataclass

from cfi.contracts.wire.text import HolderId, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideApplication:
    """The Executive Committee grants or denies."""

    applicant: HolderId
    grant: bool
    reason: Text | None
    """Of a denial."""
