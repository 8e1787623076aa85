"""The committee decides where no method is prescribed or data can't be had.  (RB 6.4, 6.6)"""

from dataclasses import replace

from cfi.contracts.figures.facility import FIRST_DATA_YEAR, LAST_DATA_YEAR
from cfi.contracts.figures.inclusion import MOST_EXCLUDED_SHARE_BPS
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.filings import (
    baseline_open,
    facility_open,
    filed_facility,
    filing_hash,
    member_of,
)
from cfi.contracts.state.rows.baseline import FACILITIES, CommitteeMethod
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.baseline.decide_baseline_method import DecideBaselineMethod
from cfi.contracts.wire.refusal import Refusal, require


def decide_baseline_method(
    state: StateView, message: DecideBaselineMethod, block: BlockContext
) -> Changes:
    """Keep the decision with the facility: it is left out, or these are its figures."""
    member_of(state, message.member)
    baseline_open(state, message.member)
    facility = filed_facility(state, message.member, message.facility_id)
    facility_open(state, message.member, facility.facility_id, facility.country)
    require(
        message.filing_hash == filing_hash(facility),
        Refusal.INPUTS_CHANGED,
        "RB 3.6",
        what="filing_hash",
    )
    require(
        not message.excluded or facility.owner_share_bps <= MOST_EXCLUDED_SHARE_BPS,
        Refusal.SHARE_TOO_LARGE,
        "RB 6.4",
        facility_id=message.facility_id,
    )
    before = FIRST_DATA_YEAR - 1
    for figure in message.figures:
        require(
            before < figure.year <= LAST_DATA_YEAR,
            Refusal.YEARS_OUT_OF_ORDER,
            "RB 6.6",
            year=figure.year,
        )
        before = figure.year

    decision = CommitteeMethod(
        excluded=message.excluded,
        figures=message.figures,
        method=message.method,
        decided_at=block.now,
    )
    return Changes.of(put(FACILITIES, message.member, replace(facility, decision=decision)))
