"""A ledger of a programme whose Members file facilities and reports."""

from datetime import UTC, date, datetime
from typing import Any, Final

from cfi.contracts.rules.baseline.adjust_baseline import adjustment_due
from cfi.contracts.rules.baseline.establish_baseline import baseline_due
from cfi.contracts.state.changes import put_public
from cfi.contracts.state.rows.allocation import Allocation
from cfi.contracts.state.rows.baseline import Baseline, BaselineChange, Facility
from cfi.contracts.state.rows.governance import PROGRAMME
from cfi.contracts.state.rows.programme import ProgrammeTotals
from cfi.contracts.state.rows.reports import EmissionReport
from cfi.contracts.state.table import number_key
from cfi.contracts.wire.emissions import (
    ElectricityOptIn,
    GasTonnes,
    ReportLine,
    WarmingSet,
    YearEmissions,
)
from cfi.contracts.wire.messages.allocation.allocate_allowances import AllocateAllowances
from cfi.contracts.wire.messages.baseline.adjust_baseline import AdjustBaseline
from cfi.contracts.wire.messages.baseline.elect_opt_ins import ElectOptIns
from cfi.contracts.wire.messages.baseline.establish_baseline import EstablishBaseline
from cfi.contracts.wire.messages.baseline.file_facility import FileFacility
from cfi.contracts.wire.messages.baseline.record_acquisition import RecordAcquisition
from cfi.contracts.wire.messages.baseline.record_sale import RecordSale
from cfi.contracts.wire.messages.reports.begin_audit import BeginAudit
from cfi.contracts.wire.messages.reports.submit_report import SubmitReport
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import BasisPoints, Days, Instant, Tonnes, Year
from cfi.contracts.wire.receipts import Receipt
from cfi.contracts.wire.refusal import RefusedError
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import FacilityId, HolderId, Identifier, Text
from cfi.genesis.programmes.loader import programme
from tests.contracts.ledger import EXCHANGE, Ledger, seed_of

A: Final = HolderId("company-a")
B: Final = HolderId("company-b")
PHASE_1: Final = programme("phase-1")
PHASE_2: Final = programme("phase-2")
CO2: Final = Identifier("CO2")
NO_HASH: Final = Hash(bytes(32))
BASELINE_YEARS: Final = (1998, 1999, 2000, 2001)


def day(text: str) -> Instant:
    """The instant at which a day begins: `2003-07-01`."""
    begins = date.fromisoformat(text)
    return Instant(int(datetime(begins.year, begins.month, begins.day, tzinfo=UTC).timestamp()))


def emissions(*years: tuple[int, int] | tuple[int, int, int]) -> tuple[YearEmissions, ...]:
    """Carbon dioxide by year: the year, the tonnes, and the days covered if not all."""
    return tuple(
        YearEmissions(
            year=Year(year[0]),
            covered_days=Days(year[2]) if len(year) == 3 else None,
            gases=(GasTonnes(gas=CO2, tonnes=Tonnes(year[1])),),
        )
        for year in years
    )


def every_year(tonnes: int) -> tuple[YearEmissions, ...]:
    """The same emissions in each year of the baseline period."""
    return emissions(*((year, tonnes) for year in BASELINE_YEARS))


def facility(facility_id: str = "plant-1", **change: Any) -> FileFacility:
    """A lawful statement of a wholly owned plant of 100,000 t a year."""
    lawful: dict[str, Any] = {
        "facility_id": FacilityId(facility_id),
        "activity": Identifier("steam"),
        "country": Identifier("US"),
        "owner_share_bps": BasisPoints(10_000),
        "capacity_kilowatts": None,
        "in_service": None,
        "shut_down": None,
        "emissions": every_year(100_000),
    }
    return FileFacility(**lawful | change)


def opt_ins(**change: Any) -> ElectOptIns:
    """A Member of the United States that opts in nothing."""
    lawful: dict[str, Any] = {
        "home_country": Identifier("US"),
        "primarily_power": False,
        "warming_set": WarmingSet.IPCC_1995,
        "small_source_activities": (),
        "minor_ownership_activities": (),
        "electricity": ElectricityOptIn.NONE,
        "countries": (),
        "non_co2": False,
        "steam": False,
    }
    return ElectOptIns(**lawful | change)


def line(source: str, tonnes: int, gas: str = "CO2", *, new_unit: bool = False) -> ReportLine:
    """A line of a report."""
    return ReportLine(
        source=Identifier(source),
        gas=Identifier(gas),
        method=Text("fuel by factor table"),
        tonnes=Tonnes(tonnes),
        new_unit=new_unit,
    )


def report(year: int = 2003, **change: Any) -> SubmitReport:
    """A lawful report of two sources."""
    lawful: dict[str, Any] = {
        "year": Year(year),
        "warming_set": WarmingSet.IPCC_1995,
        "lines": (line("plant-1", 95_001), line("plant-1", 320, "CH4"), line("fleet", 30)),
        "best_in_class_tonnes": Tonnes(0),
        "renewable_excluded": True,
    }
    return SubmitReport(**lawful | change)


def establish(ledger: Ledger, member: str = A) -> EstablishBaseline:
    """An instruction to establish what the ledger shows; nought where it shows that it can't."""
    try:
        due = baseline_due(ledger.state, HolderId(member), ledger.now)
    except RefusedError:
        return EstablishBaseline(
            member=HolderId(member), inputs_hash=NO_HASH, baseline_tonnes=Tonnes(0)
        )
    return EstablishBaseline(
        member=HolderId(member),
        inputs_hash=due.inputs_hash,
        baseline_tonnes=due.enrolment_tonnes,
    )


def adjust(ledger: Ledger, member: str = A) -> AdjustBaseline:
    """An instruction to adjust as the ledger shows; nothing where it shows that it can't."""
    try:
        due = adjustment_due(ledger.state, HolderId(member))
    except RefusedError:
        return AdjustBaseline(member=HolderId(member), inputs_hash=NO_HASH, years=())
    return AdjustBaseline(
        member=HolderId(member), inputs_hash=due.inputs_hash, years=due.adjusted_years
    )


class FilingLedger:
    """A ledger with a programme's terms, two Members, and the steps from filing to allocation."""

    def __init__(self, ledger: Ledger, terms: ProgrammeTerms = PHASE_1) -> None:
        self.ledger = ledger
        ledger.given(put_public(PROGRAMME, terms))

    # When

    def does(self, message: Any, by: str = A) -> Receipt:
        """An act that has to be done."""
        receipt = self.ledger.when(message, by)
        assert receipt.done, receipt
        return receipt

    def files(self, *facilities: FileFacility, by: str = A) -> None:
        """File facilities."""
        for each in facilities:
            self.does(each, by)

    def establishes(self, member: str = A) -> Receipt:
        """The registrar establishes a Member's baseline."""
        return self.does(establish(self.ledger, member), EXCHANGE)

    def established(self, tonnes: int = 1_000_000, member: str = A) -> None:
        """A Member with one plant has its baseline."""
        self.files(facility(emissions=every_year(tonnes)), by=member)
        self.establishes(member)

    def allocated(self, withheld_bps: int = 0) -> int:
        """A run of allocation, all done; returns the pieces of work."""
        seed = seed_of("pool") if withheld_bps else None
        self.does(
            AllocateAllowances(withheld_bps=BasisPoints(withheld_bps), pool_seed=seed), EXCHANGE
        )
        return self.ledger.pass_time()

    def acquires(self, facility_id: str, tonnes: int, first_day: str, by: str = A) -> None:
        """Report an acquisition."""
        self.does(
            RecordAcquisition(
                facility_id=FacilityId(facility_id),
                baseline_tonnes=Tonnes(tonnes),
                first_day=day(first_day),
            ),
            by,
        )

    def sells(self, facility_id: str, tonnes: int, first_day: str, by: str = A) -> None:
        """Report a sale."""
        self.does(
            RecordSale(
                facility_id=FacilityId(facility_id),
                baseline_tonnes=Tonnes(tonnes),
                first_day=day(first_day),
            ),
            by,
        )

    def adjusts(self, member: str = A) -> Receipt:
        """The registrar adjusts a Member's baseline."""
        return self.does(adjust(self.ledger, member), EXCHANGE)

    def reported(self, year: int = 2003, member: str = A) -> None:
        """A Member's report is submitted after its year."""
        self.ledger.pass_time(to=day(f"{year + 1}-02-01"))
        self.does(report(year), member)

    def under_audit(self, year: int = 2003, member: str = A) -> None:
        """A Member's report is under audit."""
        self.reported(year, member)
        self.does(BeginAudit(member=HolderId(member), year=Year(year)), EXCHANGE)

    # Then

    def facility(self, facility_id: str, member: str = A) -> Facility:
        """A facility as the ledger has it."""
        row = self.ledger.state.facilities.of(member).get(facility_id)
        assert row is not None
        return row

    def baseline(self, member: str = A) -> Baseline:
        """A Member's baseline."""
        row = self.ledger.state.baselines.get(member)
        assert row is not None
        return row

    def baseline_by_year(self, member: str = A) -> dict[int, int]:
        """A Member's baseline of each year."""
        return {row.year: row.tonnes for row in self.baseline(member).years}

    def totals(self) -> ProgrammeTotals:
        """The programme-wide baseline."""
        row = self.ledger.state.programme_totals.get(EXCHANGE)
        assert row is not None
        return row

    def allocations(self, member: str = A) -> dict[int, Allocation]:
        """A Member's allocation of each vintage."""
        return {row.vintage: row for row in self.ledger.state.allocations.of(member).all()}

    def changes(self, member: str = A) -> list[BaselineChange]:
        """A Member's acquisitions and sales."""
        return list(self.ledger.state.baseline_changes.of(member).all())

    def held_by_vintage(self, account_id: str) -> dict[int, int]:
        """Tonnes in an account by vintage."""
        lots = self.ledger.lots(account_id)
        return {
            vintage: self.ledger.tonnes(account_id, vintage)
            for vintage in sorted({lot.vintage for lot in lots})
        }

    def report(self, year: int = 2003, member: str = A) -> EmissionReport:
        """A Member's report."""
        row = self.ledger.state.reports.of(member).get(number_key(year))
        assert row is not None
        return row


IN_6_3B: Final = {2003: 990_000, 2004: 980_000, 2005: 970_000, 2006: 960_000}
"""What Appendix 6.3B's Company A holds of each vintage before anything comes or goes."""


def company_of_6_3b(filing: FilingLedger) -> FilingLedger:
    """Appendix 6.3B's Company A: a baseline of 1,000,000 t from three facilities, allocated."""
    filing.files(
        facility("facility-1", emissions=every_year(300_000)),
        facility("facility-2", emissions=every_year(500_000)),
        facility("facility-3", emissions=every_year(200_000)),
    )
    filing.establishes()
    filing.allocated()
    return filing
