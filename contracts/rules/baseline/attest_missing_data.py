"""An officer attests that missing data are unavailable.  (RB 6.6)"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.filings import baseline_open, facility_open, filed_facility
from cfi.contracts.state.rows.baseline import FACILITIES
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.baseline.attest_missing_data import AttestMissingData


def attest_missing_data(
    state: StateView, message: AttestMissingData, block: BlockContext
) -> Changes:
    """Keep with the facility that an officer attests it."""
    baseline_open(state, block.holder_id)
    facility = filed_facility(state, block.holder_id, message.facility_id)
    facility_open(state, block.holder_id, facility.facility_id, facility.country)

    attested = replace(facility, data_attested_at=block.now)
    return Changes.of(put(FACILITIES, block.holder_id, attested))
