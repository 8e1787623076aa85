"""A scenario played from enrolment to the last true-up.  (RB 2.4, 4.6, 4.7, 5.9, 6, 7)"""

from collections.abc import Callable
from typing import Final

from cfi.contracts.state.rows.custody import LOTS, Lot, lot_id_of
from cfi.contracts.state.rows.true_up import TRUE_UPS, Stage, TrueUp
from cfi.contracts.state.table import account_owner, number_key
from cfi.contracts.wire.messages.allocation.allocate_allowances import AllocateAllowances
from cfi.contracts.wire.messages.baseline.adjust_baseline import AdjustBaseline
from cfi.contracts.wire.messages.custody.accept_trade import AcceptTrade
from cfi.contracts.wire.messages.custody.offer_trade import OfferTrade
from cfi.contracts.wire.messages.governance.advance_clock import AdvanceClock
from cfi.contracts.wire.messages.reports.begin_audit import BeginAudit
from cfi.contracts.wire.messages.reports.finalise_report import FinaliseReport
from cfi.contracts.wire.messages.true_up.schedule_true_up import ScheduleTrueUp
from cfi.contracts.wire.offers import Terms, terms_hash
from cfi.contracts.wire.quantities import (
    BasisPoints,
    CentsPerTonne,
    Instant,
    Serial,
    Tonnes,
    Year,
)
from cfi.contracts.wire.text import AccountId, HolderId, LotId
from cfi.genesis.scenarios.loader import Scenario, ScenarioSale, seconds_of
from cfi.node.demo.cast import Cast
from cfi.node.demo.enrolment import enrol, renew_eligibility
from cfi.node.demo.player import Played, Player, RefusedActError
from cfi.node.demo.reporting import report_of

_OFFER_SECONDS: Final = 7 * 86_400
_MOST_STEPS: Final = 2_000
_DAY: Final = 86_400

Tell = Callable[[str], None]


class Story:
    """One chain's story; `play` tells it from the beginning to the end."""

    def __init__(self, player: Player, told: Scenario, cast: Cast, tell: Tell) -> None:
        self._player = player
        self._told = told
        self._cast = cast
        self._tell = tell
        self._now = told.clock_start

    def play(self) -> None:
        """Raises RefusedActError where the ledger refuses what the story needs."""
        self.play_beginning()
        for year in self._told.years:
            self._play_year(year)

    def play_beginning(self) -> None:
        """Until every member holds the allowances of the first year; raises RefusedActError."""
        self._tell("enrolment, baselines")
        enrol(self._player, self._told, self._cast, self._now)
        self._allocate()

    def _play_year(self, year: int) -> None:
        player, cast = self._player, self._cast
        self._tell(f"{year}: reports")
        schedule = ScheduleTrueUp(compliance_year=Year(year))
        player.both(cast.officer(1), cast.officer(2), [schedule])
        self._advance(seconds_of(f"{year + 1}-02-01"))
        self._report(year)
        self._adjust(year)
        self._tell(f"{year}: trades")
        renew_eligibility(player, self._told, cast, self._now)
        for sale in self._told.sales:
            if sale.year == year:
                self._sell(sale)
        self._tell(f"{year}: true-up")
        self._advance(self._true_up(year).closes_at)
        self._until_closed(year)

    def _allocate(self) -> None:
        self._tell("allocation")
        player, cast = self._player, self._cast
        seed = cast.seed("auction-pool")
        message = AllocateAllowances(withheld_bps=BasisPoints(0), pool_seed=seed)
        player.both(cast.officer(1), cast.officer(2), [message])
        first_year = self._told.years[0]
        for _ in range(_MOST_STEPS):
            if all(self._lots(each.holder_id, first_year) for each in self._told.members):
                return
            self._next_day()
        raise RefusedActError("the allocation does not end")

    def _report(self, year: int) -> None:
        player, cast = self._player, self._cast
        members = self._told.members
        player.all(
            [Played(cast.officer_of(each.holder_id), report_of(each, year)) for each in members]
        )
        for kind in (BeginAudit, FinaliseReport):
            player.all(
                [
                    Played(
                        cast.officer(1),
                        kind(member=HolderId(each.holder_id), year=Year(year)),
                    )
                    for each in members
                ]
            )

    def _adjust(self, year: int) -> None:
        """Allowances follow the facilities bought and sold in the year, sellers first: the
        programme-wide baseline then never counts a facility twice.  (RB 6.5.6)
        """
        first, last = seconds_of(f"{year}-01-01"), seconds_of(f"{year}-12-31")
        changed = [
            self._player.instruction(each.holder_id, AdjustBaseline)
            for each in sorted(self._told.members, key=lambda each: not each.disposals)
            if any(first <= one.first_day <= last for one in (*each.acquisitions, *each.disposals))
        ]
        if changed:
            self._player.both(self._cast.officer(1), self._cast.officer(2), changed)

    def _sell(self, sale: ScenarioSale) -> None:
        """A bilateral trade: the seller offers, the buyer's signature moves the allowances."""
        player, cast = self._player, self._cast
        lot = max(self._lots(sale.seller, sale.year), key=lambda each: each.tonnes)
        expires_at = Instant(self._now + _OFFER_SECONDS)
        offer = OfferTrade(
            account_id=AccountId(f"{sale.seller}/1"),
            lot_id=lot.lot_id,
            tonnes=Tonnes(sale.tonnes),
            buyer=HolderId(sale.buyer),
            price=CentsPerTonne(sale.price_cents),
            expires_at=expires_at,
        )
        (offered,) = player.all([Played(cast.officer_of(sale.seller), offer)])
        terms = Terms(
            seller=HolderId(sale.seller),
            buyer=HolderId(sale.buyer),
            lot_id=_tail_of(lot, sale.tonnes),
            tonnes=Tonnes(sale.tonnes),
            price=CentsPerTonne(sale.price_cents),
            expires_at=expires_at,
        )
        accept = AcceptTrade(
            offer_id=offered.act_id,
            terms_hash=terms_hash(terms),
            target=AccountId(f"{sale.buyer}/1"),
        )
        player.all([Played(cast.officer_of(sale.buyer), accept)])

    def _lots(self, holder_id: str, vintage: int) -> list[Lot]:
        owner = account_owner(f"{holder_id}/1")
        found = self._player.rows(owner, LOTS)
        return [lot for lot in found if lot.vintage == vintage and lot.lock is None]

    def _true_up(self, year: int) -> TrueUp:
        found = self._player.public_row(TRUE_UPS, number_key(year))
        assert found is not None, "the story schedules each true-up"
        return found

    def _advance(self, until: int) -> None:
        """Move the clock on; it stops at whatever falls due on the way."""
        for _ in range(_MOST_STEPS):
            if self._now >= until:
                return
            self._step(until)
        raise RefusedActError("the clock does not arrive")

    def _step(self, until: int) -> None:
        """One step of the clock, no further than the next work that is due; the work may take
        several blocks, and until it is done the clock stands.
        """
        due = self._player.ask("status")["next_due"]
        target = until if due is None else min(until, max(due, self._now + 1))
        clock = AdvanceClock(to=Instant(target))
        (receipt,) = self._player.try_all([Played(self._cast.officer(1), clock)])
        if receipt.done:
            self._now = target

    def _next_day(self) -> None:
        self._step(self._now + _DAY)

    def _until_closed(self, year: int) -> None:
        for _ in range(_MOST_STEPS):
            if self._true_up(year).stage is Stage.CLOSED:
                return
            self._next_day()
        raise RefusedActError(f"the true-up of {year} does not close")


def _tail_of(lot: Lot, tonnes: int) -> LotId:
    first = Serial(lot.first + lot.tonnes - tonnes)
    return lot_id_of(lot.instrument, lot.vintage, first)
