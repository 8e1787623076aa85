"""Members with baselines, reports and allowances, and years that go through their true-up."""

from fractions import Fraction

from cfi.contracts.figures.allocation import target
from cfi.contracts.figures.schedule import reduction, years_bound
from cfi.contracts.state.changes import put, put_public
from cfi.contracts.state.rows.allocation import ALLOCATIONS, Allocation
from cfi.contracts.state.rows.baseline import (
    BASELINES,
    Baseline,
    YearBaseline,
)
from cfi.contracts.state.rows.custody import Restriction
from cfi.contracts.state.rows.governance import PROGRAMME
from cfi.contracts.state.rows.programme import (
    PROGRAMME_TOTALS,
    PROGRAMME_YEARS,
    ProgrammeFigures,
    ProgrammeTotals,
    ProgrammeYear,
)
from cfi.contracts.state.rows.reports import REPORTS, EmissionReport, ReportState
from cfi.contracts.state.rows.trades import SALES, SalesTally
from cfi.contracts.state.rows.true_up import Closing, Obligation, OffsetUse, Stage
from cfi.contracts.state.table import number_key
from cfi.contracts.wire.emissions import WarmingSet
from cfi.contracts.wire.messages.true_up.elect_surrender import ChosenLot, ElectSurrender
from cfi.contracts.wire.messages.true_up.schedule_true_up import ScheduleTrueUp
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import (
    Count,
    Instant,
    SignedTonnes,
    Tonnes,
    Year,
    nearest_hundred,
)
from cfi.contracts.wire.refusal import Fact
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId, HolderId, Identifier, LotId, Text, UserId
from cfi.genesis.programmes.loader import programme
from tests.contracts.ledger import EXCHANGE, Ledger

PHASE_1 = programme("phase-1")
PHASE_2 = programme("phase-2")

NOT_SCHEDULED: dict[str, Fact] = {
    "compliance_year": 2004,
    "stage": None,
    "begins_at": None,
    "ends_at": None,
}
"""What a refusal tells of the true-up of 2004, which isn't on the calendar."""


class TrueUpLedger:
    """A ledger of a programme whose years are trued up."""

    def __init__(self, ledger: Ledger, terms: ProgrammeTerms = PHASE_1) -> None:
        self.ledger = ledger
        self.terms = terms
        ledger.given(put_public(PROGRAMME, terms))
        self.programme_wide(250_000_000)

    # Given

    def programme_wide(
        self,
        baseline: int,
        emissions: int | None = None,
        year: int = 2003,
        *,
        members: int = 3,
        reports: int = 3,
    ) -> None:
        """The programme-wide baseline, and a year's emissions."""
        totals = ProgrammeTotals(
            baseline_tonnes=Tonnes(baseline),
            highest_baseline_tonnes=Tonnes(baseline),
            members=Count(members),
        )
        self.ledger.given(put(PROGRAMME_TOTALS, EXCHANGE, totals))
        if emissions is not None:
            row = ProgrammeYear(
                year=Year(year),
                emissions_tonnes=Tonnes(emissions),
                reports=Count(reports),
                figures=None,
            )
            self.ledger.given(put(PROGRAMME_YEARS, EXCHANGE, row))

    def member(self, holder_id: str, baseline: int, first_year: int = 2003) -> HolderId:
        """Give a holder a baseline for every year that binds it."""
        years = years_bound(self.terms, Year(first_year))
        row = Baseline(
            enrolment_tonnes=Tonnes(nearest_hundred(baseline)),
            unrounded=Text(f"{baseline}/1"),
            period=Identifier("1998-2001"),
            first_year=Year(first_year),
            years=tuple(YearBaseline(year=year, tonnes=Tonnes(baseline)) for year in years),
            facilities=(),
            inputs_hash=Hash(bytes(32)),
            approved_at=self.ledger.now,
        )
        self.ledger.given(put(BASELINES, holder_id, row))
        return HolderId(holder_id)

    def allocated(self, holder_id: str, year: int, *, sold: int = 0, owed: int = 0) -> LotId:
        """The year's allowances in the holder's account, less what it sold of them."""
        tonnes = self.target(holder_id, year)
        row = Allocation(
            vintage=Year(year),
            target_tonnes=Tonnes(tonnes),
            issued_tonnes=Tonnes(tonnes),
            withheld_tonnes=Tonnes(0),
            adjusted_tonnes=SignedTonnes(0),
            owed_tonnes=Tonnes(owed),
        )
        self.ledger.given(put(ALLOCATIONS, holder_id, row))
        self.traded(holder_id, year, sold=sold)
        return self.ledger.given_lot(
            f"{holder_id}/1", tonnes - sold, year, restrictions=self._before(holder_id, year)
        )

    def _before(self, holder_id: str, year: int) -> int:
        baseline = self.ledger.state.baselines.get(holder_id)
        assert baseline is not None
        early = self.terms.bound_for_all_years and year < baseline.first_year
        return Restriction.NO_SALE if early else Restriction.NONE

    def target(self, holder_id: str, year: int) -> int:
        """A Member's target in whole CFIs."""
        baseline = self.ledger.state.baselines.get(holder_id)
        assert baseline is not None
        tonnes = baseline.tonnes_in(year)
        assert tonnes is not None
        bps = reduction(self.terms, baseline.first_year, Year(year))
        return nearest_hundred(target(Fraction(tonnes), bps))

    def traded(self, holder_id: str, year: int, *, sold: int = 0, bought: int = 0) -> None:
        """What the holder sold and bought of a vintage."""
        tally = SalesTally(
            vintage=Year(year), sold_tonnes=Tonnes(sold), bought_tonnes=Tonnes(bought)
        )
        self.ledger.given(put(SALES, holder_id, tally))

    def emitted(
        self, holder_id: str, year: int, tonnes: int, state: ReportState = ReportState.FINAL
    ) -> None:
        """A report of a year."""
        final = state is ReportState.FINAL
        row = EmissionReport(
            year=Year(year),
            state=state,
            warming_set=WarmingSet.IPCC_1995,
            lines=(),
            best_in_class_tonnes=Tonnes(0),
            total_tonnes=Tonnes(tonnes),
            exempt_tonnes=Tonnes(0),
            included_tonnes=Tonnes(nearest_hundred(tonnes)),
            renewable_excluded=True,
            late=False,
            signed_by=UserId("company-a-user"),
            submitted_at=self.ledger.now,
            findings=(),
            final_at=self.ledger.now if final else None,
        )
        self.ledger.given(put(REPORTS, holder_id, row))

    # When

    def scheduled(self, year: int) -> None:
        """Put a year's true-up on the calendar."""
        self.ledger.when(ScheduleTrueUp(compliance_year=Year(year)), EXCHANGE)
        self.ledger.done()

    def reaches(self, year: int, stage: Stage) -> None:
        """Let time pass until the year's true-up is in a stage."""
        if self.ledger.state.true_ups.get(number_key(year)) is None:
            self.scheduled(year)
        while self.stage(year) < stage:
            self.ledger.pass_time(to=self._next_date(year))

    def _next_date(self, year: int) -> Instant:
        true_up = self.ledger.state.true_ups.get(number_key(year))
        assert true_up is not None and true_up.due_at is not None
        return true_up.due_at

    def elects(
        self, holder_id: str, year: int, *lots: tuple[str, int], account: str | None = None
    ) -> None:
        """The holder names lots and tonnes."""
        account_id = AccountId(account or f"{holder_id}/1")
        chosen = tuple(
            ChosenLot(account_id=account_id, lot_id=LotId(lot_id), tonnes=Tonnes(tonnes))
            for lot_id, tonnes in lots
        )
        self.ledger.when(ElectSurrender(compliance_year=Year(year), lots=chosen), holder_id)
        self.ledger.done()

    # Then

    def stage(self, year: int) -> Stage:
        """How far a year's true-up has come."""
        true_up = self.ledger.state.true_ups.get(number_key(year))
        assert true_up is not None
        return true_up.stage

    def obligation(self, holder_id: str, year: int) -> Obligation:
        """What a Member owes and has surrendered."""
        row = self.ledger.state.obligations.of(holder_id).get(number_key(year))
        assert row is not None
        return row

    def closing(self, holder_id: str, year: int) -> Closing:
        """How a year closed for a Member."""
        row = self.ledger.state.closings.of(holder_id).get(number_key(year))
        assert row is not None
        return row

    def not_open(self, year: int, begins: str, ends: str) -> dict[str, Fact]:
        """What a refusal tells of a stage, by the names of its dates."""
        row = self.ledger.state.true_ups.get(number_key(year))
        assert row is not None
        return NOT_SCHEDULED | {
            "compliance_year": year,
            "stage": row.stage.name,
            "begins_at": getattr(row, begins),
            "ends_at": getattr(row, ends),
        }

    def published(self, year: int) -> ProgrammeFigures | None:
        """The programme's figures of a year, as everybody reads them."""
        return self.ledger.state.programme_figures.get(number_key(year))

    def offset_use(self, year: int) -> OffsetUse:
        """What was used of the programme-wide limit on offsets."""
        row = self.ledger.state.offset_use.of(EXCHANGE).get(number_key(year))
        assert row is not None
        return row

    def marked(self, holder_id: str, year: int, restrictions: int) -> int:
        """Tonnes of a vintage that carry exactly these restrictions."""
        return sum(
            lot.tonnes
            for lot in self.ledger.lots(f"{holder_id}/1")
            if lot.vintage == year and lot.restrictions == restrictions
        )
