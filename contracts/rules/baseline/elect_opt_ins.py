"""Opt-ins are elected at enrolment and stay.  (RB 6.4, 6.7, 7.3)"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from cfi.contracts.figures.dates import start_of_day
from cfi.contracts.figures.inclusion import HOME_OF_THE_EXCHANGE
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.rows.baseline import OPT_INS, Baseline, OptIns
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.emissions import ElectricityOptIn
from cfi.contracts.wire.limits import MAX_OPT_INS
from cfi.contracts.wire.messages.baseline.elect_opt_ins import ElectOptIns
from cfi.contracts.wire.refusal import Refusal, require
from cfi.contracts.wire.text import HolderId, Identifier

_COUNTRIES_UNTIL: Final = start_of_day(2004, 1, 1)


def elect_opt_ins(state: StateView, message: ElectOptIns, block: BlockContext) -> Changes:
    """Keep the elections; once the baseline stands, only countries may be added.

    That ends with 2003, and opens the baseline again.  (RB 6.4, 6.7)
    """
    _require_bounded(message)
    require(
        message.electricity is ElectricityOptIn.NONE or not message.primarily_power,
        Refusal.NOT_FOR_POWER_PRODUCERS,
        "RB 6.7.3",
    )
    before = state.opt_ins.get(block.holder_id)
    baseline = state.baselines.get(block.holder_id)
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
        added_countries=_added(before, message.countries, stands=baseline is not None),
    )
    if baseline is not None:
        require(
            before is not None and _only_adds_countries(before, elected),
            Refusal.ELECTION_CLOSED,
            "RB 6.7",
        )
        require(block.now < _COUNTRIES_UNTIL, Refusal.ELECTION_CLOSED, "RB 6.4")
        _require_abroad(state, block.holder_id, baseline, elected)

    return Changes.of(put(OPT_INS, block.holder_id, elected))


def _require_bounded(message: ElectOptIns) -> None:
    for field in ("small_source_activities", "minor_ownership_activities", "countries"):
        require(
            len(getattr(message, field)) <= MAX_OPT_INS,
            Refusal.OUT_OF_RANGE,
            "ours",
            field=field,
            most=MAX_OPT_INS,
        )


def _only_adds_countries(before: OptIns, after: OptIns) -> bool:
    same = replace(
        before,
        countries=after.countries,
        elected_at=after.elected_at,
        added_countries=after.added_countries,
    )
    kept = {*before.countries} <= {*after.countries}
    return after == same and kept and len(after.added_countries) > len(before.added_countries)


def _added(
    before: OptIns | None, countries: Sequence[Identifier], *, stands: bool
) -> tuple[Identifier, ...]:
    """The countries added since the baseline was established, each once."""
    if before is None or not stands:
        return ()
    known = {*before.countries}
    added = (country for country in countries if country not in known)
    return tuple(dict.fromkeys((*before.added_countries, *added)))


def _require_abroad(
    state: StateView, member: HolderId, baseline: Baseline, elected: OptIns
) -> None:
    """Refuse to add the United States, the home country, or one that the baseline includes."""
    included = {one.facility_id for one in baseline.facilities if one.included}
    inside = {HOME_OF_THE_EXCHANGE, elected.home_country} | {
        facility.country
        for facility in state.facilities.of(member).all()
        if facility.facility_id in included
    }
    for country in elected.added_countries:
        require(country not in inside, Refusal.ELECTION_CLOSED, "RB 6.4", country=country)
