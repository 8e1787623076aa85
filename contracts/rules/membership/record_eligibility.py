"""An Eligible Commercial Entity, reviewed every year.  (RB 2.3, 3.8)"""

from typing import Final

from cfi.contracts.figures.eligibility import are_grounds
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.people import holder_of
from cfi.contracts.state.rows.membership import ELIGIBILITY, Eligibility
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.membership.record_eligibility import RecordEligibility
from cfi.contracts.wire.quantities import SECONDS_PER_DAY
from cfi.contracts.wire.refusal import Refusal, require

LONGEST_DAYS: Final = 366


def record_eligibility(
    state: StateView, message: RecordEligibility, block: BlockContext
) -> Changes:
    """Record the category, one ground of each column, and when the next review is due."""
    holder_of(state, message.holder_id)
    require(
        are_grounds(message.category, message.column_one, message.column_two),
        Refusal.UNKNOWN_GROUND,
        "RB 2.3",
        column_one=message.column_one,
        column_two=message.column_two,
    )
    require(
        block.now < message.review_by <= block.now + LONGEST_DAYS * SECONDS_PER_DAY,
        Refusal.NOT_WITHIN_A_YEAR,
        "RB 3.8",
        review_by=message.review_by,
    )

    eligibility = Eligibility(
        holder_id=message.holder_id,
        category=message.category,
        column_one=message.column_one,
        column_two=message.column_two,
        evidence=message.evidence,
        review_by=message.review_by,
        lapsed=False,
    )
    return Changes.of(put(ELIGIBILITY, message.holder_id, eligibility))
