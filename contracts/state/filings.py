"""What Members file: until when, and what it has to name.  (RB 6.4, 6.7, 7.3)"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Final

from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.baseline import FACILITIES, Baseline, Facility
from cfi.contracts.state.rows.membership import Holder
from cfi.contracts.state.rows.reports import EmissionReport, ReportState
from cfi.contracts.state.rows.true_up import Stage
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.emissions import ReportLine, WarmingSet
from cfi.contracts.wire.limits import MAX_MEMBER_TONNES
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import Tonnes, Year, small_code
from cfi.contracts.wire.refusal import Refusal, RefusedError, require
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import FacilityId, HolderId, Identifier

_NOT_RUNNING: Final = (Stage.SCHEDULED, Stage.CLOSED)
DAYS_FOR_EARLIER_YEARS: Final = 90
"""From its admission a Member has so long to report the years before.  (RB 7.1.4)"""


def member_of(state: StateView, member: HolderId) -> Holder:
    """The Member of a name; refuses UNKNOWN_MEMBER otherwise."""
    holder = state.holders.get(member)
    if holder is None or holder.holder_class is not HolderClass.MEMBER:
        raise RefusedError(Refusal.UNKNOWN_MEMBER, "RB 2.2.1", {"member": member})
    return holder


def baseline_open(state: StateView, holder_id: HolderId) -> None:
    """Refuse where the Member's baseline stands, unless countries were opted in since."""
    require(
        state.baselines.get(holder_id) is None or _added_countries(state, holder_id),
        Refusal.BASELINE_STANDS,
        "RB 6.1",
    )


def facility_open(
    state: StateView, holder_id: HolderId, facility_id: FacilityId, country: Identifier
) -> None:
    """Refuse a facility of a baseline that stands; added countries open only what is in them.

    Nothing that is in the baseline already, or came or went since, is filed anew.
    """
    baseline_open(state, holder_id)
    baseline = state.baselines.get(holder_id)
    if baseline is None:
        return
    known = {one.facility_id for one in baseline.facilities if one.included}
    known |= {change.facility_id for change in state.baseline_changes.of(holder_id).all()}
    require(
        country in _added_countries(state, holder_id) and facility_id not in known,
        Refusal.BASELINE_STANDS,
        "RB 6.4",
        facility_id=facility_id,
    )


def _added_countries(state: StateView, holder_id: HolderId) -> tuple[Identifier, ...]:
    opt_ins = state.opt_ins.get(holder_id)
    return () if opt_ins is None else opt_ins.added_countries


def no_true_up_runs(state: StateView) -> None:
    """Refuse to change baselines and allowances between a true-up's opening and its end."""
    require(
        all(true_up.stage in _NOT_RUNNING for true_up in state.true_ups.all()),
        Refusal.TRUE_UP_RUNNING,
        "RB 6.5.6",
    )


def filing_hash(facility: Facility) -> Hash:
    """SHA-256 of a facility's row as filed: without what was attested or decided of it."""
    filed = replace(facility, data_attested_at=None, decision=None)
    return Hash(sha256(FACILITIES.schema.encode(filed)).digest())


def filed_facility(state: StateView, holder_id: HolderId, facility_id: FacilityId) -> Facility:
    """A facility that the Member filed; refuses UNKNOWN_FACILITY otherwise."""
    facility = state.facilities.of(holder_id).get(facility_id)
    if facility is None:
        raise RefusedError(Refusal.UNKNOWN_FACILITY, "RB 6.4", {"facility_id": facility_id})
    return facility


def standing_baseline(state: StateView, holder_id: HolderId) -> Baseline:
    """The Member's baseline; refuses NO_BASELINE where there is none yet."""
    baseline = state.baselines.get(holder_id)
    if baseline is None:
        raise RefusedError(Refusal.NO_BASELINE, "RB 6.5.1", {})
    return baseline


def member_report(state: StateView, member: HolderId, year: Year) -> EmissionReport:
    """A Member's report of a year; refuses UNKNOWN_REPORT where there is none."""
    report = state.reports.of(member).get(number_key(year))
    if report is None:
        raise RefusedError(Refusal.UNKNOWN_REPORT, "RB 7.2.1", {"year": year})
    return report


def require_report_state(report: EmissionReport, *states: ReportState) -> None:
    """Refuse REPORT_NOT_THERE_YET unless the report is in one of these states; tells in which."""
    require(
        report.state in states,
        Refusal.REPORT_NOT_THERE_YET,
        "RB 10.3",
        year=report.year,
        state=report.state.name,
    )


def known_gases(state: StateView, gases: Iterable[Identifier]) -> None:
    """Refuse a gas that the programme's table of warming potentials doesn't have."""
    known = [row.gas for row in terms_of(state).warming_potentials]
    for gas in gases:
        require(gas in known, Refusal.UNKNOWN_GAS, "RB Table 7.1", gas=gas)


def check_report(
    state: StateView,
    holder_id: HolderId,
    lines: Sequence[ReportLine],
    warming_set: WarmingSet,
    *,
    renewable_excluded: bool,
) -> None:
    """Refuse an unknown gas, a line twice, other warming potentials, renewable fuels.  (RB 7.2)"""
    known_gases(state, (line.gas for line in lines))
    named: set[tuple[str, str, bool]] = set()
    for line in lines:
        name = (line.source, line.gas, line.new_unit)
        require(name not in named, Refusal.LINE_TWICE, "RB 7.2.3", source=line.source, gas=line.gas)
        named.add(name)
    require(
        warming_set is (_warming_set(state, holder_id) or warming_set),
        Refusal.WARMING_SET_DIFFERS,
        "RB 7.3",
        warming_set=small_code(warming_set),
    )
    require(renewable_excluded, Refusal.RENEWABLES_NOT_EXCLUDED, "RB 6.3.2")


def believable_total(tonnes: Tonnes) -> None:
    """Refuse a report of more than any Member emits in a year.  (RB 7.2.1)"""
    require(tonnes <= MAX_MEMBER_TONNES, Refusal.TOO_MANY_TONNES, "RB 7.2.1", total_tonnes=tonnes)


def _warming_set(state: StateView, holder_id: HolderId) -> WarmingSet | None:
    """What the Member elected, or else used before; None if neither."""
    opt_ins = state.opt_ins.get(holder_id)
    if opt_ins is not None:
        return opt_ins.warming_set
    return next((report.warming_set for report in state.reports.of(holder_id).all()), None)
