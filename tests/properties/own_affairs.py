"""Acts about company A, each with a figure in it that is the company's own affair, and which public
tables tell of it all the same.  (RB 5.3.1)
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from cfi.contracts.state.rows.baseline import FACILITIES
from cfi.contracts.state.rows.true_up import Stage
from cfi.contracts.wire.emissions import YearTonnes
from cfi.contracts.wire.messages.allocation.allocate_late_member import AllocateLateMember
from cfi.contracts.wire.messages.baseline.decide_baseline_method import DecideBaselineMethod
from cfi.contracts.wire.messages.baseline.record_acquisition import RecordAcquisition
from cfi.contracts.wire.messages.baseline.record_sale import RecordSale
from cfi.contracts.wire.messages.custody.decline_offer import DeclineOffer
from cfi.contracts.wire.messages.custody.donate_for_retirement import DonateForRetirement
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.contracts.wire.messages.custody.set_protections import SetProtections
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.messages.custody.withdraw_offer import WithdrawOffer
from cfi.contracts.wire.messages.membership.register_application import RegisterApplication
from cfi.contracts.wire.messages.reports.begin_audit import BeginAudit
from cfi.contracts.wire.messages.reports.finalise_report import FinaliseReport
from cfi.contracts.wire.messages.true_up.deliver_cure import DeliverCure
from cfi.contracts.wire.messages.true_up.elect_surrender import ChosenLot, ElectSurrender
from cfi.contracts.wire.messages.true_up.withdraw_election import WithdrawElection
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import Cents, CentsPerTonne, Seconds, Tonnes, Year
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import AccountId, FacilityId, HolderId, Identifier, LotId, Text, UserId
from cfi.genesis.builder import shipped_parameters
from tests.contracts.filings import (
    A,
    B,
    FilingLedger,
    adjust,
    day,
    establish,
    every_year,
    facility,
    line,
    report,
)
from tests.contracts.ledger import EXCHANGE, Ledger, seed_of
from tests.contracts.people import key_named, possession_of
from tests.contracts.rules.custody.market import acceptance, donation, given_standing, offer
from tests.contracts.rules.reports.audit import correction, findings, found_wanting
from tests.contracts.true_up import TrueUpLedger

MOST_CFIS: Final = 4_000
"""The largest figure."""
LARGE: Final = 100_000
"""Tonnes of a facility that is included by itself."""
ACCOUNT: Final = AccountId("company-a/1")
LOT: Final = LotId("XA-2003-0000000001")
NOTHING: Final[frozenset[str]] = frozenset()
ISSUED: Final = frozenset({"supply"})
ENDED: Final = frozenset({"supply", "pages"})
Act = tuple[Any, str]
"""A message and the holder that signs it."""


class World:
    """Company A, two other Members and a charity, with time to play in; company A has what is public of
    it behind it.
    """

    def __init__(self) -> None:
        self.ledger = Ledger()
        for name, value in sorted(shipped_parameters().items()):
            self.ledger.parameter(name, value)
        for holder_id in (A, B, "company-c"):
            self.ledger.given_holder(holder_id)
        self.ledger.given_holder("charity", not_for_profit=True)
        given_standing(self.ledger, A, B)
        self.filing = FilingLedger(self.ledger)

    def given_lot(self) -> None:
        """Company A's first lot, which is more than any figure."""
        self.ledger.given_lot(ACCOUNT, MOST_CFIS * 100)

    def allocated(self) -> None:
        """All have their allowances."""
        for member in (A, B, "company-c"):
            self.filing.established(LARGE * 100, member)
        self.filing.allocated()

    def true_up(self, stage: Stage) -> None:
        """2003 has come to a stage; company A then gets a lot, and owes more than that."""
        true_up = TrueUpLedger(self.ledger)
        true_up.member(A, MOST_CFIS * 1_000)
        true_up.emitted(A, 2003, MOST_CFIS * 900)
        true_up.reaches(2003, stage)
        self.given_lot()


def _filed(world: World, tonnes: Tonnes) -> Act:
    return facility(emissions=every_year(tonnes)), A


def _method_decided(world: World, tonnes: Tonnes) -> Act:
    world.filing.files(facility())
    filed = FACILITIES.schema.encode(world.filing.facility("plant-1"))
    decision = DecideBaselineMethod(
        member=A,
        facility_id=FacilityId("plant-1"),
        filing_hash=Hash(sha256(filed).digest()),
        excluded=False,
        figures=(YearTonnes(year=Year(1998), tonnes=tonnes),),
        method=Text("by the committee"),
    )
    return decision, EXCHANGE


def _established(world: World, tonnes: Tonnes) -> Act:
    world.filing.established(1_000_000, B)
    world.filing.files(facility(emissions=every_year(LARGE + tonnes)))
    return establish(world.ledger), EXCHANGE


def _acquired(world: World, tonnes: Tonnes) -> Act:
    world.allocated()
    return _change(RecordAcquisition, "works", tonnes), A


def _sold(world: World, tonnes: Tonnes) -> Act:
    world.allocated()
    return _change(RecordSale, "plant-1", tonnes), A


def _change(kind: type[Any], facility_id: str, tonnes: Tonnes) -> Any:
    return kind(
        facility_id=FacilityId(facility_id),
        baseline_tonnes=Tonnes(10 * tonnes),
        first_day=day("2003-07-01"),
    )


def _adjusted_up(world: World, tonnes: Tonnes) -> Act:
    world.filing.does(*_acquired(world, tonnes))
    return adjust(world.ledger), EXCHANGE


def _adjusted_down(world: World, tonnes: Tonnes) -> Act:
    world.filing.does(*_sold(world, tonnes))
    return adjust(world.ledger), EXCHANGE


def _allocated_late(world: World, tonnes: Tonnes) -> Act:
    world.filing.established(1_000_000, B)
    world.filing.allocated()
    world.filing.established(LARGE + 10 * tonnes)
    return AllocateLateMember(member=A), EXCHANGE


def _reported(world: World, tonnes: Tonnes) -> Act:
    world.ledger.pass_time(to=day("2004-02-01"))
    return report(lines=(line("plant-1", tonnes),)), A


def _under_audit(world: World, tonnes: Tonnes) -> Act:
    world.filing.does(*_reported(world, tonnes))
    return BeginAudit(member=A, year=Year(2003)), EXCHANGE


def _found(world: World, tonnes: Tonnes) -> Act:
    world.filing.does(*_under_audit(world, tonnes))
    return findings(), EXCHANGE


def _corrected(world: World, tonnes: Tonnes) -> Act:
    found_wanting(world.filing)
    return correction(lines=(line("plant-1", tonnes),)), A


def _final(world: World, tonnes: Tonnes) -> Act:
    world.filing.under_audit(member=B)
    world.filing.does(FinaliseReport(member=B, year=Year(2003)), EXCHANGE)
    world.filing.does(*_under_audit(world, tonnes))
    return FinaliseReport(member=A, year=Year(2003)), EXCHANGE


def _moved(world: World, tonnes: Tonnes) -> Act:
    world.given_lot()
    target = world.ledger.given_account(A)
    return TransferLot(source=ACCOUNT, lot_id=LOT, tonnes=tonnes, target=target), A


def _offered(world: World, tonnes: Tonnes) -> Act:
    world.given_lot()
    return offer(tonnes=tonnes, price=CentsPerTonne(tonnes)), A


def _answered(world: World, tonnes: Tonnes, answer: Callable[[Hash], Any], by: str) -> Act:
    receipt = world.filing.does(*_offered(world, tonnes))
    return answer(receipt.act_id), by


def _bought(world: World, tonnes: Tonnes) -> Act:
    return _answered(world, tonnes, lambda act_id: acceptance(world.ledger, act_id), B)


def _declined(world: World, tonnes: Tonnes) -> Act:
    return _answered(world, tonnes, lambda act_id: DeclineOffer(offer_id=act_id), B)


def _withdrawn(world: World, tonnes: Tonnes) -> Act:
    return _answered(world, tonnes, lambda act_id: WithdrawOffer(offer_id=act_id), A)


def _donated(world: World, tonnes: Tonnes) -> Act:
    world.given_lot()
    return donation(tonnes=tonnes), A


def _retired(world: World, tonnes: Tonnes) -> Act:
    world.given_lot()
    into = AccountId("company-a/2")
    message = Retire(
        account_id=ACCOUNT, lot_id=LOT, tonnes=tonnes, retirement_account=into, beneficiary=None
    )
    return message, A


def _donated_for_retirement(world: World, tonnes: Tonnes) -> Act:
    world.given_lot()
    message = DonateForRetirement(
        account_id=ACCOUNT,
        lot_id=LOT,
        tonnes=tonnes,
        retirement_account=AccountId("company-a/2"),
        beneficiary=Text("The town library"),
    )
    return message, A


def _protected(world: World, tonnes: Tonnes) -> Act:
    return SetProtections(delay=Seconds(tonnes), second_approver=False), A


def _elected(world: World, tonnes: Tonnes) -> Act:
    world.true_up(Stage.ELECTIONS)
    chosen = ChosenLot(account_id=ACCOUNT, lot_id=LOT, tonnes=tonnes)
    return ElectSurrender(compliance_year=Year(2003), lots=(chosen,)), A


def _election_withdrawn(world: World, tonnes: Tonnes) -> Act:
    world.filing.does(*_elected(world, tonnes))
    (chosen,) = world.ledger.state.elections.of(A).all()
    message = WithdrawElection(
        compliance_year=Year(2003), account_id=ACCOUNT, lot_id=chosen.lot_id
    )
    return message, A


def _delivered(world: World, tonnes: Tonnes) -> Act:
    world.true_up(Stage.CURE)
    message = DeliverCure(
        compliance_year=Year(2003), account_id=ACCOUNT, lot_id=LOT, tonnes=tonnes
    )
    return message, A


def _applied(world: World, tonnes: Tonnes) -> Act:
    name, user_id = HolderId("newcomer"), UserId("administrator")
    message = RegisterApplication(
        applicant=name,
        holder_class=HolderClass.MEMBER,
        documents=(Hash(bytes(32)),),
        fee_paid=Cents(tonnes),
        country=Identifier("US"),
        not_for_profit=False,
        first_year=Year(2003),
        direct_emissions=Tonnes(1_000_000 + tonnes),
        user_id=user_id,
        key=key_named(name),
        possession=possession_of(name, name, user_id),
        holder_seed=seed_of("newcomer"),
        trading_seed=seed_of("newcomer/1"),
        retirement_seed=seed_of("newcomer/2"),
    )
    return message, EXCHANGE


@dataclass(frozen=True)
class Story:
    """What leads to an act, and which public tables tell of its figure, without a name."""

    sentence: str
    act: Callable[[World, Tonnes], Act]
    told_by: frozenset[str] = NOTHING


STORIES: Final = (
    Story("a facility is filed", _filed),
    Story("the committee sets a facility's figures", _method_decided),
    Story("a baseline is established", _established),
    Story("an acquisition is reported", _acquired),
    Story("a sale is reported", _sold),
    Story("a report is submitted", _reported),
    Story("a report goes under audit", _under_audit),
    Story("a report has findings", _found),
    Story("a report is corrected", _corrected),
    Story("a report is final", _final),
    Story("a lot is moved between accounts", _moved),
    Story("a lot is offered", _offered),
    Story("a lot is sold", _bought),
    Story("an offer is declined", _declined),
    Story("an offer is withdrawn", _withdrawn),
    Story("a lot is donated", _donated),
    Story("transfers are protected", _protected),
    Story("lots are chosen for surrender", _elected),
    Story("the choice is withdrawn", _election_withdrawn),
    Story("a newcomer applies", _applied),
    # What is issued and what has ended is public by serial.
    Story("allowances follow an acquisition", _adjusted_up, ISSUED),
    Story("allowances follow a sale", _adjusted_down, ENDED),
    Story("a late Member is allocated to", _allocated_late, ISSUED),
    Story("CFIs are retired", _retired, ENDED),
    Story("CFIs are donated for retirement", _donated_for_retirement, ENDED),
    Story("CFIs are delivered in the cure", _delivered, ENDED),
)
