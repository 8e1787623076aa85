"""Opt-ins are elected at enrolment and stay.  (RB 6.4, 6.7, 7.3)"""

from dataclasses import replace
from typing import Final

from cfi.contracts.figures.dates import start_of_day
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.rows.baseline import OPT_INS, OptIns
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.emissions import ElectricityOptIn
from cfi.contracts.wire.messages.baseline.elect_opt_ins import ElectOptIns
from cfi.contracts.wire.refusal import Refusal, require

_COUNTRIES_UNTIL: Final = start_of_day(2004, 1, 1)


def elect_opt_ins(state: StateView, message: ElectOptIns, block: BlockContext) -> Changes:
    """Keep the elections; once the baseline stands, only countries may be added.

    That ends with 2003, and opens the baseline again.  (RB 6.4, 6.7)
    """
    require(
        message.electricity is ElectricityOptIn.NONE or not message.primarily_power,
        Refusal.NOT_FOR_POWER_PRODUCERS,
        "RB 6.7.3",
    )
    before = state.opt_ins.get(block.holder_id)
    stands = state.baselines.get(block.holder_id) is not None
    elected = OptIns(
        home_country=message.home_country,
        warming_set=message.warming_set,
        small_source_activities=message.small_source_activities,
        minor_ownership_activities=message.minor_ownership_activities,
        electricity=message.electricity,
        countries=message.countries,
        non_co2=message.non_co2,
        steam=message.steam,
        elected_at=block.now,
        reopened=stands,
    )
    if stands:
        require(
            before is not None and _only_adds_countries(before, elected),
            Refusal.ELECTION_CLOSED,
            "RB 6.7",
        )
        require(block.now < _COUNTRIES_UNTIL, Refusal.ELECTION_CLOSED, "RB 6.4")

    return Changes.of(put(OPT_INS, block.holder_id, elected))


def _only_adds_countries(before: OptIns, after: OptIns) -> bool:
    same = replace(
        before,
        countries=after.countries,
        elected_at=after.elected_at,
        reopened=after.reopened,
    )
    return after == same and all(country in after.countries for country in before.countries)
