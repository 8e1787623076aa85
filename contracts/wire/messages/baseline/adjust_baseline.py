"""Adjust a Member's allowances to the facilities that came and went.  (RB 6.5.6)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Tonnes, Year
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedYear:
    """What a Member has of one year after the adjustment."""

    year: Year
    baseline_tonnes: Tonnes
    """To the nearest tonne."""
    allowance_tonnes: Tonnes
    """In whole CFIs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustBaseline:
    """The registrar's instruction to bring a Member's baseline and allowances up to date.

    It names the facilities reported and what they come to, so that no others are approved.
    """

    member: HolderId
    inputs_hash: Hash
    """SHA-256 of the Member's baseline and then of its acquisitions and sales as reported."""
    years: tuple[AdjustedYear, ...]
    """Every year of the baseline, in order."""
