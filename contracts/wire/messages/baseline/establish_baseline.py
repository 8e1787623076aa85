"""Establish a Member's baseline.  (RB 6.5)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class EstablishBaseline:
    """The registrar's instruction to work out a Member's baseline from what it filed.

    It names what that is and what it comes to, so that no other baseline is approved.
    """

    member: HolderId
    inputs_hash: Hash
    """SHA-256 of the filings and elections that count, as `Baseline.inputs_hash` keeps it."""
    baseline_tonnes: Tonnes
    """To the nearest 100 t."""
