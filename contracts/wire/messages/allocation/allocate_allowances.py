"""Allocate allowances to every Member that has none.  (RB 4.6, 4.12)"""

from dataclasses import dataclass

from cfi.contracts.wire.quantities import BasisPoints
from cfi.contracts.wire.schema import Seed


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocateAllowances:
    """The registrar's instruction to begin a run over all Members."""

    withheld_bps: BasisPoints
    """The part of every Member's allocation kept for auctions, the same for all."""
    pool_seed: Seed | None
    """What blinds the rows of the auction pool, if it is still to be opened."""
