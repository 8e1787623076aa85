"""A Member that enrols after a year has closed, and what is asked of its late true-up."""

from cfi.contracts.state.rows.custody import Restriction
from cfi.contracts.state.rows.true_up import LateTrueUp, Stage
from cfi.contracts.state.table import number_key
from cfi.contracts.wire.messages.allocation.allocate_late_member import AllocateLateMember
from cfi.contracts.wire.messages.reports.begin_audit import BeginAudit
from cfi.contracts.wire.messages.reports.finalise_report import FinaliseReport
from cfi.contracts.wire.messages.true_up.deliver_cure import DeliverCure
from cfi.contracts.wire.quantities import Tonnes, Year
from cfi.contracts.wire.text import AccountId, HolderId, LotId
from tests.contracts.filings import A, FilingLedger, day, line, report
from tests.contracts.ledger import EXCHANGE
from tests.contracts.true_up import TrueUpLedger

LATE = HolderId("late")
DAY = 86_400
HELD = Restriction.NO_SALE | Restriction.NO_COMPLIANCE


def closed_with_surplus(true_up: TrueUpLedger) -> FilingLedger:
    """2003 has closed on company A with 400,000 t left, in a programme of 250,000,000 t."""
    filing = FilingLedger(true_up.ledger)
    filing.established(10_000_000)
    filing.allocated()
    true_up.programme_wide(250_000_000)
    true_up.emitted(A, 2003, 9_500_000)
    true_up.reaches(2003, Stage.CLOSED)
    return filing


class Late:
    """Company A went through 2003; then `late`, of 1,000,000 t, enrols."""

    def __init__(self, true_up: TrueUpLedger) -> None:
        self.true_up, self.ledger = true_up, true_up.ledger
        self.filing = FilingLedger(true_up.ledger)
        self.filing.established()
        self.filing.allocated()
        true_up.emitted(A, 2003, 990_000)

    def enrols(self, at: str = "2005-01-10", first_year: int = 2005) -> None:
        """Admitted and with a baseline."""
        self.ledger.pass_time(to=day(at))
        self.ledger.given_holder(LATE, first_year=first_year)
        self.filing.established(member=LATE)

    def allocated(self) -> None:
        """Allocated to by itself."""
        self.filing.does(AllocateLateMember(member=LATE), EXCHANGE)
        self.ledger.pass_time()

    def reports(self, year: int, tonnes: int) -> None:
        """Its report of a year is final."""
        self.filing.does(report(year, lines=(line("plant-1", tonnes),)), LATE)
        for kind in (BeginAudit, FinaliseReport):
            self.filing.does(kind(member=LATE, year=Year(year)), EXCHANGE)

    def late(self, year: int, member: str = LATE) -> LateTrueUp | None:
        """The late true-up that is still to come."""
        return self.ledger.state.late_true_ups.of(member).get(number_key(year))

    def bars(self) -> dict[int, int]:
        """What bars its allowances, by vintage."""
        return {lot.vintage: lot.restrictions for lot in self.ledger.lots("late/1")}

    def delivers(self, member: str, lot: str, tonnes: int, year: int) -> None:
        """It delivers of a lot in its first account."""
        message = DeliverCure(
            compliance_year=Year(year),
            account_id=AccountId(f"{member}/1"),
            lot_id=LotId(lot),
            tonnes=Tonnes(tonnes),
        )
        self.filing.does(message, member)
