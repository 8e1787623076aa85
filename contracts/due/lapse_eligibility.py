"""Eligibility that wasn't reviewed within the year lapses.  (RB 3.8)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.rows.membership import ELIGIBILITY, Eligibility
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext


def lapse_eligibility(_: StateView, eligibility: Eligibility, __: BlockContext) -> Changes:
    """Mark it, until the next review is recorded."""
    return Changes.of(put(ELIGIBILITY, eligibility.holder_id, replace(eligibility, lapsed=True)))
