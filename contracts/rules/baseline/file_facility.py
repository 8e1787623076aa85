"""A Member reports its baseline by facility.  (RB 6.4, 6.5)"""

from cfi.contracts.figures.facility import FIRST_DATA_YEAR, LAST_DATA_YEAR, days_in
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.filings import facility_open, known_gases
from cfi.contracts.state.rows.baseline import FACILITIES, Facility
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.emissions import YearEmissions
from cfi.contracts.wire.limits import MAX_SOURCE_TONNES
from cfi.contracts.wire.messages.baseline.file_facility import FileFacility
from cfi.contracts.wire.quantities import FULL_BPS
from cfi.contracts.wire.refusal import Refusal, require


def file_facility(state: StateView, message: FileFacility, block: BlockContext) -> Changes:
    """Keep what the Member states of a facility; a later statement replaces it.

    A replaced statement loses its attestation and any decision of the committee.
    """
    facility_open(state, block.holder_id, message.facility_id, message.country)
    require(
        0 < message.owner_share_bps <= FULL_BPS,
        Refusal.SHARE_TOO_LARGE,
        "RB 6.4",
        owner_share_bps=message.owner_share_bps,
    )
    require(
        message.in_service is None
        or message.shut_down is None
        or message.in_service <= message.shut_down,
        Refusal.DATES_OUT_OF_ORDER,
        "RB 6.5.3",
        in_service=message.in_service,
        shut_down=message.shut_down,
    )
    _each_year_once(message.emissions)
    known_gases(state, (gas.gas for year in message.emissions for gas in year.gases))
    require(state.holder_has_room(block.holder_id), Refusal.TOO_MANY_RECORDS, "RB 6.4")

    facility = Facility(
        facility_id=message.facility_id,
        activity=message.activity,
        country=message.country,
        owner_share_bps=message.owner_share_bps,
        capacity_kilowatts=message.capacity_kilowatts,
        in_service=message.in_service,
        shut_down=message.shut_down,
        emissions=message.emissions,
        data_attested_at=None,
        decision=None,
        filed_at=block.now,
    )
    return Changes.of(put(FACILITIES, block.holder_id, facility))


def _each_year_once(emissions: tuple[YearEmissions, ...]) -> None:
    before = FIRST_DATA_YEAR - 1
    for one in emissions:
        require(
            before < one.year <= LAST_DATA_YEAR, Refusal.YEARS_OUT_OF_ORDER, "RB 6.6", year=one.year
        )
        require(
            one.covered_days is None or one.covered_days <= days_in(one.year),
            Refusal.TOO_MANY_DAYS,
            "RB 6.6.1",
            year=one.year,
            covered_days=one.covered_days,
        )
        require(
            one.tonnes <= MAX_SOURCE_TONNES,
            Refusal.TOO_MANY_TONNES,
            "RB 6.4",
            year=one.year,
            tonnes=one.tonnes,
        )
        before = one.year
